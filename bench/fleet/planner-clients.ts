/** The SDK's clients as the planner uses them, whose commands go to the simulated services. It has the SDK repeat nothing. */
import { ConditionalCheckFailedException, type DynamoDBClient, type GetItemCommandInput, type PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SSMClient } from '@aws-sdk/client-ssm';

import type { MirrorTable } from './services/mirror-table';
import type { Parameter, ParameterStore } from './services/parameter-store';
import { ServiceError } from './services/service';
import type { VirtualTime } from './virtual-time';

export interface PlannerClients {
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly events: Pick<EventBridgeClient, 'send'>;
}

/** Milliseconds after which an attempt is over, whatever its signal says. */
const LONGEST = 60_000;
/** Milliseconds that the event bus takes. */
const BUS_TAKES = 10;

export function plannerClients(time: VirtualTime, parameterStore: ParameterStore, mirror: MirrorTable): PlannerClients {
  return {
    ssm: clientOf(async (operation, input) => {
      if (operation !== 'GetParametersCommand') {
        throw unknown(operation);
      }
      const { Names: names } = input as { readonly Names: string[] };
      const found = await parameterStore.get('planner', names, LONGEST);
      return { Parameters: found.map(asRead), InvalidParameters: names.filter((name) => !found.some(({ Name }) => Name === name)) };
    }),
    dynamodb: clientOf(async (operation, input) => {
      switch (operation) {
        case 'GetItemCommand':
          return mirror.get('planner', input as GetItemCommandInput, LONGEST);
        case 'PutItemCommand':
          return conditionally(mirror.put('planner', input as PutItemCommandInput, LONGEST));
        default:
          throw unknown(operation);
      }
    }),
    events: clientOf(async () => {
      await time.sleep(BUS_TAKES);
      return { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] };
    }),
  };
}

type Serve = (operation: string, input: object) => Promise<object>;

interface Command {
  readonly input: object;
}

/** `send` with what of its options the planner uses, as any of the SDK's clients has it. */
function clientOf(serve: Serve): { send: never } {
  const send = async (command: Command, { abortSignal }: { readonly abortSignal?: AbortSignal } = {}) =>
    Promise.race([serve(command.constructor.name, command.input), aborted(abortSignal)]);
  return { send: send as never };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('Request aborted', 'AbortError')), { once: true });
  });
}

/** Times as the SDK reads them. */
function asRead({ modified, ...parameter }: Parameter): object {
  return { ...parameter, LastModifiedDate: new Date(modified) };
}

async function conditionally(put: Promise<object>): Promise<object> {
  try {
    return await put;
  } catch (error) {
    if (error instanceof ServiceError && error.name === 'ConditionalCheckFailedException') {
      throw new ConditionalCheckFailedException({ message: error.message, $metadata: error.$metadata });
    }
    throw error;
  }
}

function unknown(operation: string): Error {
  return new Error(`the simulated services know no ${operation}`);
}
