import { type CloudFormationRequest, runOperation, type RunOptions, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../examples/handlers/database-snapshot/handler';
import { AwsService, type Request } from './aws-service';
import { type Database, described, events, fault, one } from './rds-answers';

const PROPERTIES = { Snapshot: 'monday', InstanceClass: 'db.t4g.medium', SubnetGroup: 'isolated', SecurityGroups: ['sg-1'] };
const NAME = /^stack-database-[0-9a-f]{16}-[0-9a-f]{12}$/;

let aws: AwsService;
let databases: Map<string, Database>;
/** Looks at a database until what is under way is finished. */
let looks: number;
let words: string[];

const notFound = (name: string) => fault('DBInstanceNotFound', `DBInstance ${name} not found.`, 404);
const refused = (name: string) => fault('InvalidDBInstanceState', `Instance ${name} is not in a state for that.`);
/** A list of a form of the query protocol. */
const list = (input: Request['input'], prefix: string): string[] =>
  Object.keys(input)
    .filter((key) => key.startsWith(prefix))
    .sort()
    .map((key) => input[key]);

beforeAll(async () => {
  aws = await AwsService.open();
});
afterAll(() => aws.close());
beforeEach(() => {
  databases = new Map();
  looks = 3;
  words = [];
  const left = new Map<string, number>();
  const known = (act: (database: Database, input: Request['input']) => ReturnType<typeof notFound>) => (input: Request['input']) => {
    const database = databases.get(input.DBInstanceIdentifier);
    return database ? act(database, input) : notFound(input.DBInstanceIdentifier);
  };
  const begin = (database: Database, status: string) => {
    database.status = status;
    left.set(database.name, looks);
  };
  const goOn = (database: Database) => {
    const more = (left.get(database.name) ?? 0) - 1;
    left.set(database.name, more);
    if (more > 0) {
      return;
    }
    if (database.status === 'deleting') {
      databases.delete(database.name);
    } else if (database.status === 'creating' || database.status === 'modifying') {
      Object.assign(database, { status: 'available', instanceClass: database.pendingClass ?? database.instanceClass, pendingClass: undefined });
    }
  };
  aws.requests = [];
  aws.actions = {
    RestoreDBInstanceFromDBSnapshot: (input) => {
      const { DBInstanceIdentifier: name, DBInstanceClass: instanceClass } = input;
      if (databases.has(name)) {
        return fault('DBInstanceAlreadyExists', 'DB Instance already exists');
      }
      const tags = { [input['Tags.Tag.1.Key']]: input['Tags.Tag.1.Value'] };
      const database = { name, status: '', instanceClass, securityGroups: list(input, 'VpcSecurityGroupIds.'), tags };
      databases.set(name, database);
      begin(database, 'creating');
      return one('RestoreDBInstanceFromDBSnapshot', database);
    },
    DescribeDBInstances: known((database) => {
      const answer = described(database);
      goOn(database);
      return answer;
    }),
    ModifyDBInstance: known((database, input) => {
      database.securityGroups = list(input, 'VpcSecurityGroupIds.');
      database.pendingClass = input.DBInstanceClass;
      begin(database, 'modifying');
      return one('ModifyDBInstance', database);
    }),
    DeleteDBInstance: known((database) => {
      if (['creating', 'modifying', 'deleting'].includes(database.status)) {
        return refused(database.name);
      }
      begin(database, 'deleting');
      return one('DeleteDBInstance', database);
    }),
    DescribeEvents: () => events(words),
  };
});

const run = (request: Partial<CloudFormationRequest> & Pick<CloudFormationRequest, 'RequestType'>, options: RunOptions = {}) =>
  runOperation(
    handler,
    { LogicalResourceId: 'Database', ResourceProperties: PROPERTIES, ...request },
    // Patience for a busy machine: requests go through the loopback interface
    { clock: new SimulatedClock(Date.now(), 30_000), ...options },
  );
const create = (options?: RunOptions) => run({ RequestType: 'Create' }, options);
const update = (from: string, more: object, options?: RunOptions) =>
  run({ RequestType: 'Update', RequestId: 'update', PhysicalResourceId: from, ResourceProperties: { ...PROPERTIES, ...more } }, options);
const remove = (id: string, more: object = {}) =>
  run({ RequestType: 'Delete', PhysicalResourceId: id, ResourceProperties: { ...PROPERTIES, ...more } });
const created = async () => (await create()).answer!.physicalResourceId;
const names = () => [...databases.keys()];
const turnsBack = () => {
  let reads = 0;
  return () => (++reads > 5 ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
};

test('a database is there when it is available, though that takes longer than an execution', async () => {
  looks = 120;
  const { answer, executions, payloads } = await create();
  const name = answer!.physicalResourceId;
  expect(name).toMatch(NAME);
  expect(name.length).toBeLessThanOrEqual(63);
  expect(answer).toMatchObject({ status: 'SUCCESS', data: { Address: `${name}.c1.us-east-1.rds.amazonaws.com`, Port: 5432 } });
  expect(executions).toBe(3); // one ended by naming the id
  expect(payloads[0]).toContain(`"physicalResourceId":"${name}"`);
  expect(aws.inputs('RestoreDBInstanceFromDBSnapshot')).toMatchObject([
    { DBInstanceIdentifier: name, DBSnapshotIdentifier: 'monday', DBSubnetGroupName: 'isolated', DBInstanceClass: 'db.t4g.medium' },
  ]);
});

test('a request that comes twice restores one database', async () => {
  const name = await created();
  expect((await create()).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: name });
  expect(names()).toEqual([name]);
});

test('two deliveries at once restore one database, and both succeed', async () => {
  const [first, second] = await Promise.all([create(), create()]);
  expect(first.answer).toMatchObject({ status: 'SUCCESS' });
  expect(second.answer).toEqual(first.answer);
  expect(names()).toHaveLength(1);
});

test('a database of that name that is not ours fails the create, and neither that nor its Delete touches it', async () => {
  const name = await created();
  databases.set(name, { ...databases.get(name)!, tags: { RestoredFor: 'somebody else' } });
  const { answer } = await create();
  expect(answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: name,
    reason: expect.stringContaining(`there is a database ${name} already`),
  });
  expect((await remove(name)).answer).toMatchObject({ status: 'SUCCESS' });
  expect(names()).toEqual([name]);
});

test.each([
  ['failed', { SkipFinalSnapshot: 'true' }],
  ['incompatible-restore', { SkipFinalSnapshot: 'true' }],
  ['restore-error', { FinalDBSnapshotIdentifier: expect.any(String) }],
  ['storage-full', { FinalDBSnapshotIdentifier: expect.any(String) }],
])(
  'a database that is %s fails with what RDS says, and its Delete removes it, without a last snapshot only where RDS takes none',
  async (status, options) => {
    words = ['DB instance restore started', 'The KMS key is disabled'];
    const restore = aws.actions.RestoreDBInstanceFromDBSnapshot;
    aws.actions.RestoreDBInstanceFromDBSnapshot = async (input) => {
      const answer = await restore(input);
      databases.get(input.DBInstanceIdentifier)!.status = status;
      return answer;
    };
    const { answer } = await create();
    const name = answer!.physicalResourceId;
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: expect.stringMatching(NAME) });
    expect(answer!.reason).toContain(`the database ${name} is ${status}: The KMS key is disabled; DB instance restore started`);
    expect((await remove(name)).answer).toMatchObject({ status: 'SUCCESS' });
    expect(aws.inputs('DeleteDBInstance')).toMatchObject([{ DBInstanceIdentifier: name, ...options }]);
    expect(names()).toEqual([]);
  },
);

test('a snapshot that is not there is the reason', async () => {
  aws.actions.RestoreDBInstanceFromDBSnapshot = () => fault('DBSnapshotNotFound', 'DBSnapshot not found: monday', 404);
  expect((await create()).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('DBSnapshot not found: monday') });
});

test('class and security groups change in place, once, and a rollback changes them back', async () => {
  const name = await created();
  const { answer } = await update(name, { InstanceClass: 'db.t4g.large', SecurityGroups: ['sg-2', 'sg-1'] });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: name, data: { Port: 5432 } });
  expect(databases.get(name)).toMatchObject({ instanceClass: 'db.t4g.large', securityGroups: ['sg-2', 'sg-1'] });
  expect(aws.inputs('ModifyDBInstance')).toMatchObject([{ ApplyImmediately: 'true' }]);

  expect((await update(name, {})).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: name });
  expect(databases.get(name)).toMatchObject({ instanceClass: 'db.t4g.medium', securityGroups: ['sg-1'] });
});

test('while RDS is at work a change waits for its turn, and one that is pending is not asked for again', async () => {
  const name = await created();
  const modify = aws.actions.ModifyDBInstance;
  let asked = 0;
  aws.actions.ModifyDBInstance = async (input) => {
    if (++asked < 3) {
      return refused(name);
    }
    const answer = await modify(input);
    databases.get(name)!.status = 'available'; // for some seconds nothing is to be seen of the change but that it is pending
    changedAt = aws.inputs('DescribeDBInstances').length + 4;
    return answer;
  };
  const describe = aws.actions.DescribeDBInstances;
  let changedAt = Infinity;
  aws.actions.DescribeDBInstances = (input) => {
    if (aws.inputs('DescribeDBInstances').length >= changedAt) {
      Object.assign(databases.get(name)!, { instanceClass: 'db.t4g.large', pendingClass: undefined });
    }
    return describe(input);
  };
  expect((await update(name, { InstanceClass: 'db.t4g.large' })).answer).toMatchObject({ status: 'SUCCESS' });
  expect(asked).toBe(3);
});

test('another snapshot is another database, whose rollback takes the first again', async () => {
  const first = await created();
  const second = (await update(first, { Snapshot: 'tuesday' })).answer!.physicalResourceId;
  expect(second).toMatch(NAME);
  expect(names()).toEqual([first, second]);

  expect((await update(second, {})).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: first });
  await remove(second);
  expect(names()).toEqual([first]);
});

test('a replacement that fails is removed by the update', async () => {
  const first = await created();
  const restore = aws.actions.RestoreDBInstanceFromDBSnapshot;
  aws.actions.RestoreDBInstanceFromDBSnapshot = async (input) => {
    const answer = await restore(input);
    databases.get(input.DBInstanceIdentifier)!.status = 'failed';
    return answer;
  };
  expect((await update(first, { Snapshot: 'tuesday' })).answer).toMatchObject({ status: 'FAILED', physicalResourceId: first });
  expect(databases.get(first)!.status).toBe('available');
  expect(aws.inputs('DeleteDBInstance')).toHaveLength(1);
});

test.each([
  ['out of time', { ServiceTimeout: '300' }, {}],
  ['cancelled', {}, { stackStatus: turnsBack() }],
])('a replacement that is %s while RDS makes it is named in the log, for RDS refuses to delete it', async (_, properties, options) => {
  const first = await created();
  looks = Infinity;
  const log: string[] = [];
  const { answer } = await update(first, { Snapshot: 'tuesday', ...properties }, { ...options, log: (line) => log.push(line) });
  expect(answer?.status).toBe('stackStatus' in options ? undefined : 'FAILED');
  const [{ DBInstanceIdentifier: name }] = aws.inputs('DeleteDBInstance');
  expect(name).not.toBe(first);
  expect(log.filter((line) => line.includes('delete this database by hand') && line.includes(name))).toHaveLength(1);
});

test('a rollback that fails or is cancelled leaves the database that it did not make', async () => {
  const first = await created();
  const second = (await update(first, { Snapshot: 'tuesday' })).answer!.physicalResourceId;
  databases.get(first)!.status = 'storage-full';
  expect((await update(second, {})).answer).toMatchObject({ status: 'FAILED', physicalResourceId: second });
  databases.get(first)!.status = 'backing-up';
  expect((await update(second, { ServiceTimeout: '120' })).answer).toMatchObject({ status: 'FAILED' });
  expect(aws.inputs('DeleteDBInstance')).toEqual([]);
});

test('a delete takes a last snapshot, waits until RDS lets it and until the database is gone; a second one succeeds', async () => {
  const name = await created();
  const begin = aws.actions.DeleteDBInstance;
  let refusals = 0;
  aws.actions.DeleteDBInstance = (input) => (++refusals < 7 ? refused(name) : begin(input)); // a backup is under way
  expect((await remove(name)).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: name });
  const asked = aws.inputs('DeleteDBInstance');
  expect(asked).toHaveLength(7);
  expect(new Set(asked.map(({ FinalDBSnapshotIdentifier }) => FinalDBSnapshotIdentifier))).toEqual(
    new Set([expect.stringMatching(new RegExp(`^${name}-[0-9a-f]{16}$`))]),
  );
  expect(names()).toEqual([]);
  expect((await remove(name)).answer).toMatchObject({ status: 'SUCCESS' });
});

test('a database that is gone between a look and its deletion is gone', async () => {
  const name = await created();
  aws.actions.DeleteDBInstance = () => {
    databases.clear();
    return notFound(name);
  };
  expect((await remove(name)).answer).toMatchObject({ status: 'SUCCESS' });
});

test('two deletes at once both succeed, without a snapshot where none is wanted', async () => {
  const name = await created();
  const deletes = await Promise.all([remove(name, { SkipLastSnapshot: 'true' }), remove(name, { SkipLastSnapshot: 'true' })]);
  expect(deletes.map(({ answer }) => answer!.status)).toEqual(['SUCCESS', 'SUCCESS']);
  expect(aws.inputs('DeleteDBInstance')[0]).toMatchObject({ SkipFinalSnapshot: 'true' });
});

test('the Delete of a cancelled Create, whose id CloudFormation made up, removes what that was making', async () => {
  await created();
  expect((await remove('stack-Database-1PQRS2TUV3WX')).answer).toMatchObject({ status: 'SUCCESS' });
  expect(names()).toEqual([]);
});

test('properties that are wrong are named, and RDS is asked nothing', async () => {
  const wrong = (properties: object) => run({ RequestType: 'Create', ResourceProperties: { ...PROPERTIES, ...properties } });
  expect((await wrong({ Snapshot: 7 })).answer!.reason).toContain('Snapshot, InstanceClass and SubnetGroup must be strings, got {"Snapshot":7');
  expect((await wrong({ SecurityGroups: [] })).answer!.reason).toContain('SecurityGroups must be a list of one id or more, got []');
  expect(aws.requests).toEqual([]);
});

test('a change that a rollback finds pending is taken back', async () => {
  const name = await created();
  databases.get(name)!.pendingClass = 'db.t4g.large'; // as the update that failed has left it
  expect((await update(name, {})).answer).toMatchObject({ status: 'SUCCESS' });
  expect(aws.inputs('ModifyDBInstance')).toMatchObject([{ DBInstanceClass: PROPERTIES.InstanceClass }]);
  expect(databases.get(name)!.instanceClass).toBe(PROPERTIES.InstanceClass);
});
