import { setTimeout as sleep } from 'node:timers/promises';

import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import type { Bed } from '../local/bed';

/** A planner that has not mirrored a change for so long will not, on the busiest of machines. */
const PATIENCE_SECONDS = 150;

/** The window of the example: its parameter, which the operator writes, and the mirror of it, which the functions read. */
export class Window {
  private readonly ssm: SSMClient;
  private readonly dynamodb: DynamoDBClient;
  private readonly mirror: string;

  constructor(
    bed: Bed,
    private readonly operatorParameter: string,
  ) {
    this.ssm = new SSMClient(bed.clientConfig);
    this.dynamodb = new DynamoDBClient(bed.clientConfig);
    const [, , , stackName] = operatorParameter.split('/');
    this.mirror = `cdk-patient-lambda-windows-${stackName}`;
  }

  /** Writes the parameter as an operator does. */
  async write(value: string): Promise<void> {
    await this.ssm.send(new PutParameterCommand({ Name: this.operatorParameter, Value: value, Overwrite: true }));
  }

  /**
   * Waits until the mirror has a value.
   *
   * @throws Error when it never does
   */
  async mirrored(value: string): Promise<void> {
    const command = new GetItemCommand({ TableName: this.mirror, Key: { pk: { S: this.operatorParameter } }, ConsistentRead: true });
    for (let second = 0; second < PATIENCE_SECONDS; second++) {
      const { Item: item } = await this.dynamodb.send(command);
      if (item?.operator.S === value) {
        return;
      }
      await sleep(1000);
    }
    throw new Error(`the planner has not mirrored '${value}' within ${PATIENCE_SECONDS} s`);
  }
}
