/** The gate's client, whose single attempts go to the simulated services; its repetitions and their pauses are the real ones. */
import type { GetItemCommandInput } from '@aws-sdk/client-dynamodb';

import { AwsClient, AwsError, type JsonObject } from '../../lambda/aws/nodejs/client';
import type { Service as ServiceName } from '../../lambda/aws/nodejs/endpoints';
import type { MirrorTable } from './services/mirror-table';
import type { Parameter, ParameterStore } from './services/parameter-store';
import { NoAnswer, ServiceError } from './services/service';

const THROTTLED = 'ThrottlingException';

export class GateClient extends AwsClient {
  constructor(
    private readonly parameterStore: ParameterStore,
    private readonly mirror: MirrorTable,
  ) {
    super({});
  }

  override async callOnce(service: ServiceName, operation: string, input: JsonObject, budget: number): Promise<JsonObject> {
    try {
      return await this.exchange(`${service} ${operation}`, input, budget);
    } catch (error) {
      throw error instanceof ServiceError || error instanceof NoAnswer ? asAwsError(error) : error;
    }
  }

  private async exchange(call: string, input: JsonObject, budget: number): Promise<JsonObject> {
    switch (call) {
      case 'ssm GetParameters': {
        const names = input.Names as string[];
        const found = await this.parameterStore.get('gates', names, budget);
        return { Parameters: found.map(asWritten), InvalidParameters: names.filter((name) => !found.some(({ Name }) => Name === name)) };
      }
      case 'dynamodb GetItem':
        return this.mirror.get('gates', input as unknown as GetItemCommandInput, budget);
      default:
        throw new Error(`the simulated services know no ${call}`);
    }
  }
}

/** Times as they are in the service's JSON: seconds. */
function asWritten({ modified, ...parameter }: Parameter): JsonObject {
  return { ...parameter, LastModifiedDate: modified / 1000 };
}

/** As the real client reads an answer: throttles, a server's errors and silence may pass. */
function asAwsError(error: ServiceError | NoAnswer): AwsError {
  if (error instanceof NoAnswer) {
    return new AwsError('NetworkError', error.message, true);
  }
  const { name, message, $metadata } = error;
  return new AwsError(name, message, $metadata.httpStatusCode >= 500 || name === THROTTLED);
}
