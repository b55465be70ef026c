/** The deferred events table with DynamoDB's condition semantics and no network, for tests that try many histories. */
import { isDeepStrictEqual } from 'node:util';

import { ConditionalCheckFailedException, IdempotentParameterMismatchException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';

import { index } from '../../../../lambda/contract/maintenance-window/store.json';
import { holds, type Item, type Names, updated } from './expressions';

interface Input extends Names {
  readonly Key?: Item;
  readonly Item?: Item;
  readonly IndexName?: string;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly ExclusiveStartKey?: Item;
  readonly RequestItems?: Record<string, { readonly Keys: readonly Item[] }>;
  readonly TransactItems?: readonly { readonly Put?: Input; readonly Update?: Input }[];
  readonly ClientRequestToken?: string;
}

const PROJECTED = ['pk', index.partitionKey, index.sortKey, ...index.projected];

export class InMemoryDynamoDb {
  readonly items = new Map<string, Item>();
  private readonly transactions = new Map<string, Input['TransactItems']>();
  /** Rows of one page of a query. */
  pageSize = 3;
  /** Called with each operation's name and input before it is done; may throw to refuse it. */
  before: (operation: string, input: Input) => void = () => undefined;
  /** Called after an operation is done; throwing loses its acknowledgement. */
  after: (operation: string, input: Input) => void = () => undefined;

  /** Stands in for an SDK client. */
  send(command: { readonly constructor: { readonly name: string }; readonly input: unknown }): Promise<unknown> {
    return Promise.resolve().then(() => this.perform(command.constructor.name.replace(/Command$/, ''), command.input as Input));
  }

  /** One operation, as one atomic step. */
  perform(operation: string, input: Input): unknown {
    this.before(operation, input);
    const result = this.operations[operation]?.(input);
    if (!result) {
      throw new Error(`the table in memory knows no ${operation}`);
    }
    this.after(operation, input);
    return result;
  }

  item(id: string): Item | undefined {
    return this.items.get(id);
  }

  put(item: Item): void {
    this.items.set(item.pk.S!, item);
  }

  private readonly operations: Record<string, (input: Input) => object> = {
    GetItem: (input) => {
      const item = this.items.get(input.Key!.pk.S!);
      return { Item: item && (input.ProjectionExpression ? projected(item, input) : { ...item }) };
    },
    PutItem: (input) => {
      this.check(input, input.Item!.pk.S!);
      this.put(input.Item!);
      return {};
    },
    DeleteItem: (input) => {
      this.check(input, input.Key!.pk.S!);
      this.items.delete(input.Key!.pk.S!);
      return {};
    },
    UpdateItem: (input) => {
      const id = input.Key!.pk.S!;
      this.check(input, id);
      const item = updated(input.UpdateExpression!, this.items.get(id) ?? { pk: { S: id } }, input);
      this.put(item);
      return { Attributes: { ...item } };
    },
    Query: (input) => this.query(input),
    BatchGetItem: ({ RequestItems: wanted }) => ({
      Responses: Object.fromEntries(
        Object.entries(wanted!).map(([table, { Keys }]) => [table, Keys.map(({ pk }) => this.items.get(pk.S!)).filter((item) => item !== undefined)]),
      ),
    }),
    TransactWriteItems: (input) => this.transact(input),
  };

  /** All or nothing; the same token with the same writes is done once. */
  private transact({ TransactItems: writes, ClientRequestToken: token }: Input): object {
    const earlier = this.transactions.get(token!);
    if (earlier) {
      if (!isDeepStrictEqual(earlier, writes)) {
        throw new IdempotentParameterMismatchException({ message: 'the token was used for other writes', $metadata: {} });
      }
      return {};
    }
    const ids = writes!.map(({ Put, Update }) => (Put?.Item ?? Update!.Key!).pk.S!);
    if (new Set(ids).size < ids.length) {
      throw new Error('ValidationException: Transaction request cannot include multiple operations on one item');
    }
    const reasons = writes!.map(({ Put, Update }, number) => this.reasonAgainst((Put ?? Update)!, ids[number]));
    if (reasons.some(({ Code }) => Code !== 'None')) {
      const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`;
      throw new TransactionCanceledException({ message, CancellationReasons: reasons, $metadata: {} });
    }
    for (const { Put, Update } of writes!) {
      this.operations[Put ? 'PutItem' : 'UpdateItem']((Put ?? Update)!);
    }
    this.transactions.set(token!, writes);
    return {};
  }

  private reasonAgainst(input: Input, id: string): { Code: string; Message?: string; Item?: Item } {
    try {
      this.check(input, id);
      return { Code: 'None' };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { Code: 'ConditionalCheckFailed', Message: error.message, Item: error.Item };
      }
      throw error;
    }
  }

  private check(input: Input, id: string): void {
    const item = this.items.get(id);
    if (!holds(input.ConditionExpression, item, input)) {
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: {},
        Item: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? item : undefined,
      });
    }
  }

  private query(input: Input): object {
    if (input.IndexName !== index.name) {
      throw new Error('only the index is queried');
    }
    const found = [...this.items.values()]
      .filter((item) => item.bpk && item.bsk && holds(input.KeyConditionExpression, item, input))
      .sort((a, b) => (a.bsk.S! < b.bsk.S! ? -1 : 1));
    const from = input.ExclusiveStartKey;
    const start = from ? found.findIndex((item) => item.bsk.S! > from.bsk.S!) : 0;
    const page = start < 0 ? [] : found.slice(start, start + this.pageSize);
    const last = page.length === this.pageSize ? page[page.length - 1] : undefined;
    return {
      Items: page
        .map((item) => Object.fromEntries(PROJECTED.filter((name) => item[name]).map((name) => [name, item[name]])))
        .filter((item) => holds(input.FilterExpression, item, input)),
      LastEvaluatedKey: last && { pk: last.pk, bpk: last.bpk, bsk: last.bsk },
    };
  }
}

function projected(item: Item, { ProjectionExpression: projection, ExpressionAttributeNames: names }: Input): Item {
  const wanted = projection!
    .split(',')
    .map((path) => path.trim().split('.')[0])
    .map((name) => names?.[name] ?? name);
  return Object.fromEntries(wanted.filter((name) => item[name]).map((name) => [name, item[name]]));
}
