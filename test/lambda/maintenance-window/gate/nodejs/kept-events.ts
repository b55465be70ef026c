/** The deferred events table behind a loopback port, with faults by call: DynamoDB's protocol around the table in memory. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

import { InMemoryDynamoDb } from '../../state-machine/in-memory-dynamodb';
import { type Call, LoopbackService, type Reply } from './loopback-service';

/** `lost`: done, but the acknowledgement is a dropped connection. Undefined: done and acknowledged. */
export type Fault = Reply | 'lost' | undefined;

export class KeptEvents {
  static async listen(): Promise<KeptEvents> {
    return new KeptEvents(await LoopbackService.listen());
  }

  readonly rows = new InMemoryDynamoDb();
  /** What becomes of the n-th call, from 0. */
  fault: (call: Call, number: number) => Fault = () => undefined;

  private constructor(readonly service: LoopbackService) {
    service.reply = (call) => {
      const fault = this.fault(call, service.calls.length - 1);
      if (fault !== undefined && fault !== 'lost') {
        return fault;
      }
      const reply = this.perform(call);
      return fault === 'lost' ? 'drop' : reply;
    };
  }

  get operations(): string[] {
    return this.service.calls.map(({ operation }) => operation);
  }

  private perform({ operation, input }: Call): Reply {
    try {
      return { body: operation === 'BatchGetItem' ? this.batch(input) : this.rows.perform(operation, input) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return {
          status: 400,
          body: { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: error.message, Item: error.Item },
        };
      }
      throw error;
    }
  }

  /** Half of the keys at most, as a throttled table does. */
  private batch(input: Record<string, unknown>): object {
    const [[table, { Keys: keys }]] = Object.entries(input.RequestItems as Record<string, { Keys: { pk: { S: string } }[] }>);
    const now = keys.slice(0, Math.ceil(keys.length / 2));
    const later = keys.slice(now.length);
    return {
      Responses: {
        [table]: now
          .map((key) => this.rows.item(key.pk.S))
          .filter((item) => item !== undefined)
          .reverse(),
      },
      UnprocessedKeys: later.length > 0 ? { [table]: { Keys: later, ConsistentRead: true } } : {},
    };
  }
}
