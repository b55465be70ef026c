/** The mirror's table in DynamoDB, all of whose items a single partition serves. */
import type { AttributeValue, DeleteItemCommandInput, GetItemCommandInput, PutItemCommandInput } from '@aws-sdk/client-dynamodb';

import { key as KEY } from '../../../lambda/contract/maintenance-window/mirror.json';
import type { VirtualTime } from '../virtual-time';
import { holds } from './condition';
import { type Caller, Service, ServiceError } from './service';
import { TokenBucket } from './token-bucket';

/** Units a second that a partition gives: DynamoDB's limits. A second's worth is saved up here; the five minutes' of AWS are not counted on. */
export const READ_UNITS = 3000;
export const WRITE_UNITS = 1000;
/** Bytes for one unit. */
const READ_UNIT = 4096;
const WRITE_UNIT = 1024;

export type Item = Record<string, AttributeValue>;

export class MirrorTable extends Service {
  private readonly items = new Map<string, Item>();
  private readonly reads: TokenBucket;
  private readonly writes: TokenBucket;

  constructor(time: VirtualTime) {
    super(time);
    this.reads = new TokenBucket(READ_UNITS, READ_UNITS, () => time.now());
    this.writes = new TokenBucket(WRITE_UNITS, WRITE_UNITS, () => time.now());
  }

  get(caller: Caller, { Key: key, ConsistentRead: consistent }: GetItemCommandInput, patience?: number): Promise<{ Item?: Item }> {
    const id = idOf(key!);
    const units = () => Math.ceil(sizeOf(this.items.get(id) ?? {}) / READ_UNIT) || 1;
    const quota = () => this.reads.take(consistent ? units() : units() / 2);
    return this.exchange(caller, quota, () => ({ Item: this.items.get(id) }), patience);
  }

  put(caller: Caller, { Item: item, ...condition }: PutItemCommandInput, patience?: number): Promise<object> {
    const id = idOf(item!);
    const serve = () => {
      const there = this.items.get(id);
      if (!holds(condition, there)) {
        throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', 400);
      }
      this.items.set(id, item!);
      return {};
    };
    return this.exchange(caller, () => this.writes.take(Math.ceil(sizeOf(item!) / WRITE_UNIT)), serve, patience);
  }

  delete(caller: Caller, { Key: key }: DeleteItemCommandInput, patience?: number): Promise<object> {
    const serve = () => {
      this.items.delete(idOf(key!));
      return {};
    };
    return this.exchange(caller, () => this.writes.take(1), serve, patience);
  }

  protected override throttle(): ServiceError {
    return new ServiceError('ThrottlingException', 'Throughput exceeds the current capacity of your table', 400);
  }
}

function idOf(item: Item): string {
  return String(item[KEY].S);
}

/** Bytes, a little too many for numbers. */
function sizeOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(String(Object.values(value)[0])), 0);
}
