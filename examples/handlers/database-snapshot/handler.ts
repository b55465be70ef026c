/**
 * Custom::RestoredDatabase is a database instance that is restored from a snapshot.
 *
 * Class and security groups change in place; another snapshot or subnet group makes another database. Every call is made in `poll`, which compares what is
 * there with what is wanted: it may come twice, or after a crash, and goes on where things are. A delete takes a last snapshot, unless the property
 * SkipLastSnapshot is true.
 */
import { createHash } from 'node:crypto';

import {
  type AnyRequest,
  customResource,
  done,
  type OperationContext,
  type Raw,
  ResourceFailure,
  type ResourceRequest,
  wait,
} from 'cdk-patient-lambda/handler';

import { find, isBroken, isLabelled, lastWords, remove, restore, settle, takesNoSnapshot, type Wanted } from './database';

type State =
  /** `made`: this very operation has made the database. */
  | { readonly step: 'RESTORE'; readonly made: boolean }
  /** `lastSnapshot` is empty where none is taken. */
  | { readonly step: 'DELETE'; readonly name: string; readonly lastSnapshot: string };

export const handler = customResource<Wanted, State, { Address: string; Port: number }>({
  parse(raw) {
    const { Snapshot, InstanceClass, SubnetGroup, SecurityGroups } = raw;
    if (typeof Snapshot !== 'string' || typeof InstanceClass !== 'string' || !['string', 'undefined'].includes(typeof SubnetGroup)) {
      throw new Error(`Snapshot, InstanceClass and SubnetGroup must be strings, got ${JSON.stringify({ Snapshot, InstanceClass, SubnetGroup })}`);
    }
    if (!Array.isArray(SecurityGroups) || SecurityGroups.length === 0) {
      throw new Error(`SecurityGroups must be a list of one id or more, got ${JSON.stringify(SecurityGroups)}`);
    }
    return { ...originOf(raw), instanceClass: InstanceClass, securityGroups: SecurityGroups as string[] };
  },

  // The name is in Lambda's queue before anything is made
  create: begin,
  update: begin,

  async delete({ properties, physicalResourceId, maybeOrphan }, context) {
    const told = !maybeOrphan && physicalResourceId !== context.defaultPhysicalResourceId;
    const name = told ? physicalResourceId : nameOf(originOf(properties), context);
    const lastSnapshot = String(properties.SkipLastSnapshot) === 'true' ? '' : `${name}-${context.token(16)}`;
    return wait<State>({ step: 'DELETE', name, lastSnapshot }, { afterSeconds: 0 });
  },

  poll: (request, state, context) => (state.step === 'DELETE' ? removed(state, context) : available(request, state, context)),

  onTimeout: discardReplacement,
  onCancel: discardReplacement,
});

async function begin({ properties }: ResourceRequest<Wanted>, context: OperationContext) {
  return wait<State>({ step: 'RESTORE', made: false }, { physicalResourceId: nameOf(properties, context), afterSeconds: 0 });
}

async function available(request: AnyRequest<Wanted>, state: State & { readonly step: 'RESTORE' }, context: OperationContext) {
  const name = request.physicalResourceId!;
  const wanted = request.properties as Wanted; // a Delete is in its own step
  const database = await context.retryWhileDenied(() => find(name, context.signal));
  if (!database) {
    const made = await restore(name, wanted, context.defaultPhysicalResourceId);
    return wait<State>({ step: 'RESTORE', made: made || state.made });
  }
  if (!isLabelled(database, context.defaultPhysicalResourceId)) {
    throw new ResourceFailure(`there is a database ${name} already, and it was not restored for this resource`, { physicalResourceId: name });
  }
  if (isBroken(database)) {
    const words = await lastWords(name).catch(String); // whatever keeps RDS from saying, the replacement goes
    await discardReplacement(request, state, context);
    throw new ResourceFailure(`the database ${name} is ${database.DBInstanceStatus}: ${words}`, { physicalResourceId: name });
  }
  if (database.DBInstanceStatus !== 'available' || !(await settle(database, wanted))) {
    return wait(state);
  }
  return done({ data: { Address: database.Endpoint!.Address!, Port: database.Endpoint!.Port! } });
}

async function removed(state: State & { readonly step: 'DELETE' }, { defaultPhysicalResourceId, log, signal }: OperationContext) {
  const database = await find(state.name, signal);
  if (!database) {
    return done();
  }
  if (!isLabelled(database, defaultPhysicalResourceId)) {
    log.warn('not restored for this resource, so it is left alone', { name: state.name });
    return done();
  }
  if (database.DBInstanceStatus !== 'deleting') {
    const without = state.lastSnapshot === '' || takesNoSnapshot(database);
    if (without && state.lastSnapshot !== '') {
      log.warn('RDS takes no last snapshot of it', { name: state.name, status: database.DBInstanceStatus });
    }
    await remove(state.name, without ? undefined : state.lastSnapshot);
  }
  return wait(state);
}

/** Of an update that ends before its replacement is there: CloudFormation knows nothing of that. What was there before, as a rollback finds it, stays. */
async function discardReplacement(request: AnyRequest<Wanted>, state: State | undefined, { log }: OperationContext): Promise<void> {
  const { requestType, physicalResourceId: name, previousPhysicalResourceId } = request;
  if (requestType === 'Update' && name !== previousPhysicalResourceId && state?.step === 'RESTORE' && state.made) {
    const begun = await remove(name).catch((error: unknown) => void log.error('removing it failed', { error: String(error) }));
    if (!begun) {
      log.error('delete this database by hand', { name }); // RDS deletes none that it is still making
    }
  }
}

function originOf({ Snapshot, SubnetGroup }: Raw) {
  return { snapshot: String(Snapshot), ...(SubnetGroup === undefined ? {} : { subnetGroup: SubnetGroup as string }) };
}

/** Another origin is another name, so that CloudFormation deletes the old database once the whole update has succeeded. 63 characters at most. */
function nameOf({ snapshot, subnetGroup }: Pick<Wanted, 'snapshot' | 'subnetGroup'>, { physicalName }: OperationContext): string {
  const origin = createHash('sha256').update(JSON.stringify([snapshot, subnetGroup]));
  return `${physicalName({ maxLength: 50, lowercase: true })}-${origin.digest('hex').slice(0, 12)}`;
}
