/** One database instance, as the handler needs it of RDS. */
import {
  type DBInstance,
  DBInstanceAlreadyExistsFault,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeEventsCommand,
  InvalidDBInstanceStateFault,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from '@aws-sdk/client-rds';

export interface Wanted {
  readonly snapshot: string;
  readonly subnetGroup?: string;
  readonly instanceClass: string;
  readonly securityGroups: readonly string[];
}

/** Names the resource that a database was restored for. */
const LABEL = 'RestoredFor';
/** States that none leaves by itself. */
const BROKEN = /^(failed|insufficient-capacity|restore-error|storage-full|incompatible-.+|inaccessible-.+)$/;

/** States in which RDS takes no last snapshot. */
const NO_SNAPSHOT = /^(failed|incompatible-restore|incompatible-network)$/;

const rds = new RDSClient({});

/** Undefined when it is gone, or not there yet. */
export async function find(name: string, signal: AbortSignal): Promise<DBInstance | undefined> {
  try {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }), { abortSignal: signal });
    return DBInstances?.[0];
  } catch (error) {
    if (error instanceof DBInstanceNotFoundFault) {
      return undefined;
    }
    throw error;
  }
}

export const isBroken = ({ DBInstanceStatus = '' }: DBInstance) => BROKEN.test(DBInstanceStatus);
export const takesNoSnapshot = ({ DBInstanceStatus = '' }: DBInstance) => NO_SNAPSHOT.test(DBInstanceStatus);
export const isLabelled = ({ TagList = [] }: DBInstance, label: string) => TagList.some(({ Key, Value }) => Key === LABEL && Value === label);

/** Begins to restore it; false when there is one of that name. */
export async function restore(name: string, wanted: Wanted, label: string): Promise<boolean> {
  try {
    await rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        DBInstanceIdentifier: name,
        DBSnapshotIdentifier: wanted.snapshot,
        DBInstanceClass: wanted.instanceClass,
        DBSubnetGroupName: wanted.subnetGroup,
        VpcSecurityGroupIds: [...wanted.securityGroups],
        Tags: [{ Key: LABEL, Value: label }],
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof DBInstanceAlreadyExistsFault) {
      return false;
    }
    throw error;
  }
}

/** Whether it is as wanted; else it begins to become so. */
export async function settle(database: DBInstance, { instanceClass, securityGroups }: Wanted): Promise<boolean> {
  const { DBInstanceIdentifier, DBInstanceClass, VpcSecurityGroups = [], PendingModifiedValues } = database;
  const present = VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId).sort();
  const coming = PendingModifiedValues?.DBInstanceClass ?? DBInstanceClass; // RDS says of a change, for some seconds, only that it is to come
  if (DBInstanceClass === instanceClass && coming === instanceClass && present.join() === [...securityGroups].sort().join()) {
    return true;
  }
  if (PendingModifiedValues?.DBInstanceClass !== instanceClass) {
    await unlessBusy(
      rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier,
          DBInstanceClass: instanceClass,
          VpcSecurityGroupIds: [...securityGroups],
          ApplyImmediately: true,
        }),
      ),
    );
  }
  return false;
}

/** Begins to remove it, with a last snapshot of that name if one is given; false while RDS is at work on it and refuses. */
export async function remove(name: string, lastSnapshot?: string): Promise<boolean> {
  const options = lastSnapshot === undefined ? { SkipFinalSnapshot: true } : { FinalDBSnapshotIdentifier: lastSnapshot };
  return unlessBusy(rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: name, ...options })));
}

/** What RDS has said of it in the last hour, the latest first. */
export async function lastWords(name: string): Promise<string> {
  const { Events = [] } = await rds.send(new DescribeEventsCommand({ SourceIdentifier: name, SourceType: 'db-instance', Duration: 60 }));
  return Events.map(({ Message }) => Message)
    .reverse()
    .slice(0, 3)
    .join('; ');
}

async function unlessBusy(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof InvalidDBInstanceStateFault) {
      return false;
    }
    if (error instanceof DBInstanceNotFoundFault) {
      return true; // gone since it was last looked at
    }
    throw error;
  }
}
