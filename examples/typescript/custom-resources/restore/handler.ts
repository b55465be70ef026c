/**
 * Custom::Restore fills a table from a backup in S3 and, when it is deleted, takes out again what it put in.
 *
 * A large backup takes longer than a function may run. So each poll restores one page, and the state says where the next page begins;
 * which execution of the function that happens in is the runtime's business.
 */
import { createHash } from 'node:crypto';

import { type AnyRequest, customResource, done, type OperationContext, type Raw, type ResourceRequest, wait } from 'cdk-patient-lambda/handler';

import { type Backup, lookUp, readPage } from './backup';
import { type Key, keyNames, putItems, removeItems } from './table';

interface Target extends Backup {
  readonly table: string;
}

interface Properties extends Target {
  readonly itemsPerSecond: number;
}

/** What is before `offset` is in the table. A page may be restored twice, since the state moves on only when its poll returns; that does no harm. */
type Restoring = { readonly step: 'RESTORE'; readonly etag: string; readonly size: number; readonly offset: number; readonly restored: number };

/** What carries the mark is removed up to `from`, a key; null at the start. */
type Removing = {
  readonly step: 'REMOVE';
  readonly table: string;
  readonly mark: string;
  readonly keys: readonly string[];
  readonly from: Key | null;
  readonly removed: number;
};

export const handler = customResource<Properties, Restoring | Removing>({
  /** Everything that CloudFormation sends is a string. */
  parse(raw) {
    for (const name of ['Bucket', 'Key', 'Table']) {
      if (typeof raw[name] !== 'string' || raw[name] === '') {
        throw new Error(`${name} must be a string, got ${JSON.stringify(raw[name])}`);
      }
    }
    const itemsPerSecond = Number(raw.ItemsPerSecond ?? 100);
    if (!Number.isInteger(itemsPerSecond) || itemsPerSecond < 1 || itemsPerSecond > 1000) {
      throw new Error(`ItemsPerSecond must be a whole number from 1 to 1000, got ${JSON.stringify(raw.ItemsPerSecond)}`);
    }
    return { ...targetOf(raw), itemsPerSecond };
  },

  create: begin,

  async update(request, context) {
    // Restoring what is restored would overwrite what the application has written since. It is the properties that tell, not the id:
    // after an update that failed half-way, CloudFormation asks for the old backup under the old id, and it has to be restored again.
    const { properties: now, oldProperties = {} } = request;
    const before = targetOf(oldProperties);
    return now.bucket === before.bucket && now.key === before.key && now.table === before.table ? done() : begin(request, context);
  },

  async delete(request, context) {
    const target = targetOf(request.properties);
    // For a Create that was cancelled CloudFormation made up an id, which marks nothing, for ours are longer; what that Create had restored carries ours
    return remove(target.table, request.maybeOrphan ? idOf(target, context) : request.physicalResourceId);
  },

  poll(request, state, context) {
    return state.step === 'RESTORE' ? restorePage(request, state, context) : removePage(state, context);
  },

  // What runs, runs within poll and stops by ctx.signal. A handler that started a job elsewhere would stop that job here.
  onTimeout: (_, state, { log }) => log.warn('out of time', { state }),
  onCancel: (_, state, { log }) => log.warn('the stack rolls back', { state }),
});

async function begin({ properties }: ResourceRequest<Properties>, context: OperationContext) {
  const { etag, size } = await lookUp(properties);
  // From here on a failure carries the id, so that CloudFormation has `delete` remove what was restored until then
  return wait<Restoring>({ step: 'RESTORE', etag, size, offset: 0, restored: 0 }, { physicalResourceId: idOf(properties, context), afterSeconds: 0 });
}

async function restorePage(request: AnyRequest<Properties>, state: Restoring, context: OperationContext) {
  const { bucket, key, table, itemsPerSecond } = request.properties as Properties;
  const mark = idOf({ bucket, key, table }, context);
  const page = await readPage({ bucket, key }, state, itemsPerSecond, context.signal);
  if ((await putItems(table, page.items, mark, context.signal)) > 0) {
    return wait(state); // the table is at its limit: the same page again, after the runtime's pause
  }
  const next = { ...state, offset: page.end, restored: state.restored + page.items.length };
  if (next.offset < state.size) {
    return wait(next, { afterSeconds: 1 });
  }
  context.log.info('restored', { items: next.restored });
  return request.requestType === 'Update' && request.previousPhysicalResourceId === mark ? removeOther(request.oldProperties, context) : done();
}

/** After an update that failed half-way: CloudFormation knows nothing of what that restored, so nobody else will remove it. */
function removeOther(oldProperties: Raw = {}, context: OperationContext) {
  const other = targetOf(oldProperties);
  return remove(other.table, idOf(other, context));
}

async function remove(table: string, mark: string) {
  const keys = await keyNames(table);
  return keys ? wait<Removing>({ step: 'REMOVE', table, mark, keys, from: null, removed: 0 }, { afterSeconds: 0 }) : done(); // a table that is gone is empty
}

async function removePage(state: Removing, { log, signal }: OperationContext) {
  const { removed, next } = await removeItems(state.table, state.mark, state.keys, state.from, signal);
  const total = state.removed + removed;
  if (next) {
    return wait<Removing>({ ...state, from: next, removed: total }, { afterSeconds: 0 });
  }
  log.info('removed', { items: total });
  return done();
}

function targetOf(raw: Raw): Target {
  return { bucket: String(raw.Bucket), key: String(raw.Key), table: String(raw.Table) };
}

/** Another backup or table makes another id, so that CloudFormation deletes the old restore once the whole update has succeeded. */
function idOf({ bucket, key, table }: Target, { defaultPhysicalResourceId }: OperationContext): string {
  return `${defaultPhysicalResourceId}-${createHash('sha256')
    .update(JSON.stringify([bucket, key, table]))
    .digest('hex')
    .slice(0, 12)}`;
}
