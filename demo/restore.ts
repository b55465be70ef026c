import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { Bed, CdkApp, InvocationRecord } from '../local/bed';
import type { Operation } from './operation';
import { type Item, scan } from './tables';

const STACK = 'Restore';
const BACKUP = path.join(__dirname, '..', 'examples', 'typescript', 'custom-resources', 'restore', 'backup.jsonl');
/** An execution is asked for before the one that it follows has ended: after so long without one, none will follow. */
const REST_MS = 5000;

/** How the example is deployed: with executions far shorter than the restore. */
export const RESTORE_CONTEXT = { executionTimeout: '15', timeout: '130', itemsPerSecond: '5' };
export const EXECUTION_SECONDS = Number(RESTORE_CONTEXT.executionTimeout);

interface Request {
  readonly RequestType: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly ResourceProperties: { readonly Table: string };
}

/** The example's slow restore: deploys it and sees, from outside the function, how its creation goes. */
export class Restore {
  private readonly deploying: Promise<Error | undefined>;

  /** Begins to deploy. */
  constructor(
    private readonly bed: Bed,
    private readonly app: CdkApp,
  ) {
    this.deploying = bed.deploy(app, STACK).then(
      () => undefined,
      (error: Error) => error,
    );
  }

  /** The creation as far as it has come; undefined before its request. */
  operation(): Operation | undefined {
    const found = creation(this.bed);
    if (!found) {
      return undefined;
    }
    const { request, event } = found;
    const hops = this.executions(found);
    const requests = this.bed.requests();
    return {
      startedAt: event.received,
      hops: hops.filter(({ start }) => start !== undefined).map(({ start, end }) => ({ startedAt: start!, endedAt: end })),
      polls: requests
        .filter(({ action, functionName, status }) => action === 'dynamodb:BatchWriteItem' && functionName === event.functionName && status === 200)
        .map(({ time, durationMs }) => time + durationMs),
      answers: requests
        .filter(({ method, path: asked }) => method === 'PUT' && asked === new URL(request.ResponseURL).pathname)
        .map(({ time, body }) => ({ at: time, ...answerIn(body) })),
    };
  }

  /**
   * Waits until CloudFormation has finished and the function is at rest.
   *
   * @throws Error when the deployment failed before the resource's turn
   */
  async finished(): Promise<Operation> {
    const error = await this.deploying;
    for (;;) {
      const found = creation(this.bed);
      if (!found) {
        throw error ?? new Error(`stack ${STACK} was deployed, but its custom resource was never asked for`);
      }
      const ends = this.executions(found).map(({ end }) => end);
      if (Date.now() - Math.max(...ends.map((end) => end ?? Infinity)) > REST_MS) {
        return this.operation()!;
      }
      await sleep(500);
    }
  }

  /** Every execution, also one that still waits for its environment. */
  private executions({ request, event }: Creation): readonly InvocationRecord[] {
    return this.bed.invocations().filter(({ functionName, payload }) => functionName === event.functionName && payload?.includes(request.RequestId));
  }

  /** How the table differs from the backup, in words. */
  async damage(): Promise<string[]> {
    const {
      ResourceProperties: { Table },
    } = creation(this.bed)!.request;
    const backup = readFileSync(BACKUP, 'utf8')
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { Item: Item }).Item);
    const table = await scan(new DynamoDBClient(this.bed.clientConfig), Table).catch((error: Error) => error);
    if (table instanceof Error) {
      return [`its table can't be read: ${table.name}`];
    }
    const restored = new Map(table.map(({ restoredBy: _, ...item }) => [item.id.S!, textOf(item)]));
    const wrong = backup.filter((item) => restored.get(item.id.S!) !== textOf(item));
    return [
      ...(wrong.length > 0 ? [`${wrong.length} of ${backup.length} items are not as in the backup`] : []),
      ...(table.length > backup.length ? [`${table.length - backup.length} items are not of the backup`] : []),
    ];
  }

  async remove(): Promise<void> {
    await this.bed.destroy(this.app, STACK);
  }
}

interface Creation {
  readonly request: Request;
  readonly event: InvocationRecord;
}

/** The first request to create the resource, and the event that brought it. */
export function creation(bed: Bed): Creation | undefined {
  for (const event of bed.invocations()) {
    const request = event.door === 'cloudformation' && event.payload ? (JSON.parse(event.payload.toString()) as Request) : undefined;
    if (request?.ResourceType === 'Custom::Restore' && request.RequestType === 'Create') {
      return { request, event };
    }
  }
  return undefined;
}

const textOf = (item: Item) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));

function answerIn(body: Buffer | undefined): { status: string; reason?: string } {
  try {
    const { Status, Reason } = JSON.parse(body!.toString()) as { Status: string; Reason?: string };
    return { status: Status, reason: Reason };
  } catch {
    return { status: 'something that is not an answer' };
  }
}
