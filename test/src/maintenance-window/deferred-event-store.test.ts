import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';

import contract from '../../../lambda/contract/maintenance-window/store.json';
import { DeferredEventStore, Replay } from '../../../src';
import { guarded, newStack, resources, statements, synthError } from './app';

const TABLE_ARN = 'arn:aws:dynamodb:eu-west-1:111111111111:table/deferred';
const REPLAYER_ARN = 'arn:aws:lambda:eu-west-1:111111111111:function:replayer';

function templateOf(props?: ConstructorParameters<typeof DeferredEventStore>[2]): Template {
  const stack = newStack();
  new DeferredEventStore(stack, 'Store', props);
  return Template.fromStack(stack);
}

describe('the table', () => {
  test("has the contract's keys and index, is on demand, recoverable and kept", () => {
    templateOf().hasResource('AWS::DynamoDB::Table', {
      Properties: {
        KeySchema: [{ AttributeName: contract.table.partitionKey, KeyType: 'HASH' }],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'bpk', AttributeType: 'S' },
          { AttributeName: 'bsk', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: contract.index.name,
            KeySchema: [
              { AttributeName: contract.index.partitionKey, KeyType: 'HASH' },
              { AttributeName: contract.index.sortKey, KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: contract.index.projected },
          },
        ],
        TimeToLiveSpecification: { AttributeName: contract.table.ttl, Enabled: true },
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: Match.absent(),
        DeletionProtectionEnabled: Match.absent(),
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('is encrypted, protected and removed as its author says', () => {
    const stack = newStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    new DeferredEventStore(stack, 'Store', { encryptionKey, removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true });
    Template.fromStack(stack).hasResource('AWS::DynamoDB::Table', {
      Properties: {
        SSESpecification: { KMSMasterKeyId: stack.resolve(encryptionKey.keyArn), SSEEnabled: true, SSEType: 'KMS' },
        DeletionProtectionEnabled: true,
      },
      DeletionPolicy: 'Delete',
    });
  });
});

describe('the replayer', () => {
  test('sweeps every minute, and the next sweep is the retry', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Input: '{"action":"sweep"}', RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } })],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs22.x',
      MemorySize: 256,
      Timeout: 900,
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  test('waits for somebody by default', () => {
    const stack = newStack();
    const store = new DeferredEventStore(stack, 'Store');
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          PATIENT_LAMBDA_TABLE: stack.resolve(store.tableName),
          PATIENT_LAMBDA_STORE: store.storeId,
          PATIENT_LAMBDA_REPLAY: 'MANUAL',
          PATIENT_LAMBDA_KEEP_FINISHED: '1209600',
          PATIENT_LAMBDA_MAX_CONCURRENCY: Match.absent(),
          PATIENT_LAMBDA_RATE: Match.absent(),
        },
      },
    });
  });

  test('brings events back by itself, as fast as it may', () => {
    templateOf({ replay: Replay.automatic({ maxConcurrency: 8, rate: 0.5 }), keepFinishedFor: Duration.days(30) }).hasResourceProperties(
      'AWS::Lambda::Function',
      {
        Environment: {
          Variables: Match.objectLike({
            PATIENT_LAMBDA_REPLAY: 'AUTOMATIC',
            PATIENT_LAMBDA_MAX_CONCURRENCY: '8',
            PATIENT_LAMBDA_RATE: '0.5',
            PATIENT_LAMBDA_KEEP_FINISHED: '2592000',
          }),
        },
      },
    );
  });

  test('has no managed policy of AWS', () => {
    templateOf().allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });
});

test('is six resources', () => {
  const stack = newStack();
  new DeferredEventStore(stack, 'Store');
  expect(
    Object.values(resources(stack))
      .map(({ Type }) => Type)
      .sort(),
  ).toEqual([
    'AWS::DynamoDB::Table',
    'AWS::Events::Rule',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Lambda::Permission',
    'AWS::Logs::LogGroup',
  ]);
});

test('its id fits a tag', () => {
  const store = new DeferredEventStore(newStack('S'.repeat(128)), 'A'.repeat(200));
  expect(store.storeId.length).toBeLessThanOrEqual(256);
  expect(store.storeId).toMatch(/^[A-Za-z0-9/-]+$/);
});

test.each([Duration.days(6), Duration.seconds(604_799)])('keepFinishedFor %s is refused', (keepFinishedFor) => {
  expect(() => templateOf({ keepFinishedFor })).toThrow('keepFinishedFor must be a whole number of seconds of at least 604800');
});

test('has metrics under its id', () => {
  const store = new DeferredEventStore(newStack(), 'Store');
  const common = { namespace: 'CdkPatientLambda', dimensions: { Store: store.storeId } };
  expect(store.metricBacklog()).toMatchObject({ ...common, metricName: 'Backlog', statistic: 'Maximum' });
  expect(store.metricBacklogAge({ period: Duration.minutes(1) })).toMatchObject({ ...common, metricName: 'BacklogAge', period: Duration.minutes(1) });
  expect(store.metricOrphaned()).toMatchObject({ ...common, metricName: 'Orphaned', statistic: 'Maximum' });
  expect(store.metric('Replayed', { statistic: 'Sum' })).toMatchObject({ ...common, metricName: 'Replayed', statistic: 'Sum' });
});

describe('of a stack', () => {
  test('is one, and what guarded functions share unless they have another', () => {
    const stack = newStack();
    const store = DeferredEventStore.ofStack(stack, { replay: Replay.automatic({ maxConcurrency: 3 }), keepFinishedFor: Duration.days(7) });
    expect(DeferredEventStore.ofStack(guarded(stack, 'Fn'))).toBe(store);
    expect(guarded(stack, 'Other').deferredEvents).toBe(store);
    expect(DeferredEventStore.ofStack(stack, { keepFinishedFor: Duration.hours(168), replay: Replay.automatic({ maxConcurrency: 3 }) })).toBe(store);
    expect(stack.node.findAll().filter((node) => DeferredEventStore.isDeferredEventStore(node))).toEqual([store]);
  });

  test('with other options is an error that names both', () => {
    const stack = newStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    DeferredEventStore.ofStack(stack, { replay: Replay.automatic({ rate: 2 }) });
    expect(() => DeferredEventStore.ofStack(stack, { encryptionKey })).toThrow(
      "'Orders/CdkPatientLambdaStore': ofStack was called for 'Orders' with the options { encryptionKey: 'Orders/Key' }, " +
        'but it was made with { replay: {"mode":"AUTOMATIC","options":{"rate":2}} }: give the options in the first call',
    );
  });
});

test('is told apart from others', () => {
  const stack = newStack();
  const imported = DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Theirs', { storeId: 'Platform/Store', tableArn: TABLE_ARN });
  expect([new DeferredEventStore(stack, 'Store'), imported, stack].map((one) => DeferredEventStore.isDeferredEventStore(one))).toEqual([
    true,
    false,
    false,
  ]);
});

describe('of another app', () => {
  const attrs = { storeId: 'Platform/Store', tableArn: TABLE_ARN };

  test('is what guarded functions write to, and makes no table', () => {
    const stack = newStack();
    const deferredEvents = DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Store', { ...attrs, keepFinishedFor: Duration.days(20) });
    const fn = guarded(stack, 'Fn', { deferredEvents });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ PATIENT_LAMBDA_TABLE: 'deferred', PATIENT_LAMBDA_KEEP_FINISHED: '1728000' }) },
      Tags: [
        { Key: 'cdk-patient-lambda:function-key', Value: fn.functionKey },
        { Key: 'cdk-patient-lambda:store', Value: 'Platform/Store' },
      ],
    });
    expect(fn.deferredEvents.keepFinishedFor.toDays()).toBe(20);
    expect(JSON.stringify(statements(stack, /^FnServiceRole/))).toContain(`"Resource":"${TABLE_ARN}"`);
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::DynamoDB::Table', { TableName: Match.absent() }, 0);
  });

  test('may be encrypted by a key', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/k');
    guarded(stack, 'Fn', { deferredEvents: DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Store', { ...attrs, encryptionKey }) });
    expect(JSON.stringify(statements(stack, /^FnServiceRole/))).toContain('kms:GenerateDataKey*');
  });

  test('can be operated when its replayer is known', () => {
    const stack = newStack();
    const person = new iam.Role(stack, 'Person', { assumedBy: new iam.AccountRootPrincipal() });
    DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Store', { ...attrs, replayerArn: REPLAYER_ARN }).grantOperate(person);
    expect(JSON.stringify(statements(stack, /^PersonDefaultPolicy/))).toContain(REPLAYER_ARN);
    expect(() => DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Other', attrs).grantOperate(person)).toThrow(
      "'Orders/Other': grantOperate needs replayerArn",
    );
  });

  test('in another Region is refused by a function', () => {
    const stack = newStack('Here', { env: { account: '111111111111', region: 'us-east-1' } });
    const deferredEvents = DeferredEventStore.fromDeferredEventStoreAttributes(stack, 'Store', attrs);
    expect(() => guarded(stack, 'Fn', { deferredEvents })).toThrow("deferredEvents must be in the function's region us-east-1");
  });

  test('has metrics under its id', () => {
    const store = DeferredEventStore.fromDeferredEventStoreAttributes(newStack(), 'Store', attrs);
    const common = { namespace: 'CdkPatientLambda', dimensions: { Store: 'Platform/Store' }, statistic: 'Maximum' };
    expect([store.metricBacklog(), store.metricBacklogAge(), store.metricOrphaned()]).toMatchObject([
      { ...common, metricName: 'Backlog' },
      { ...common, metricName: 'BacklogAge' },
      { ...common, metricName: 'Orphaned' },
    ]);
    expect(store.metric('Backlog', { statistic: 'Average' })).toMatchObject({ metricName: 'Backlog', statistic: 'Average' });
  });
});

describe('a table that was kept', () => {
  const text = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });
  const INDEX = { indexName: 'backlog', partitionKey: text('bpk'), sortKey: text('bsk'), projectionType: dynamodb.ProjectionType.ALL };
  const TABLE = { partitionKey: text('pk'), timeToLiveAttribute: 'expiresAt' };

  function storeOn(props: dynamodb.TableProps, index?: dynamodb.GlobalSecondaryIndexProps) {
    const stack = newStack();
    const table = new dynamodb.Table(stack, 'Kept', props);
    const store = new DeferredEventStore(stack, 'Store', { table });
    if (index) {
      table.addGlobalSecondaryIndex(index);
    }
    return { stack, table, store };
  }

  test("is the store's, by name", () => {
    const stack = newStack();
    const store = new DeferredEventStore(stack, 'Store', { table: dynamodb.Table.fromTableName(stack, 'Kept', 'deferred') });
    expect(store.tableName).toBe('deferred');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: Match.objectLike({ PATIENT_LAMBDA_TABLE: 'deferred' }) } });
  });

  test("of the app is the store's when it has all that a store needs", () => {
    const { stack, table, store } = storeOn(TABLE, INDEX);
    expect(store.table).toBe(table);
    expect(Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::DynamoDB::Table')).toHaveLength(1);
  });

  test('may be a TableV2', () => {
    const stack = newStack();
    const warnings = jest.spyOn(console, 'warn').mockImplementation(() => {}); // that the CDK itself uses what it deprecates
    const table = new dynamodb.TableV2(stack, 'Kept', { ...TABLE, globalSecondaryIndexes: [INDEX] });
    warnings.mockRestore();
    new DeferredEventStore(stack, 'Store', { table });
    expect(Object.values(resources(stack)).filter(({ Type }) => Type.startsWith('AWS::DynamoDB::'))).toHaveLength(1);
  });

  test.each<[string, dynamodb.TableProps, dynamodb.GlobalSecondaryIndexProps | undefined, string]>([
    ['another key', { ...TABLE, partitionKey: text('id') }, INDEX, "the partition key 'pk' (string) and no sort key"],
    ['a sort key', { ...TABLE, sortKey: text('sk') }, INDEX, "the partition key 'pk' (string) and no sort key"],
    ['no time to live', { partitionKey: text('pk') }, INDEX, "the time to live 'expiresAt'"],
    ['no index', TABLE, undefined, "an index 'backlog' with the keys 'bpk' and 'bsk'"],
    ['an index of another name', TABLE, { ...INDEX, indexName: 'other' }, "an index 'backlog' with the keys 'bpk' and 'bsk'"],
    ['an index by another key', TABLE, { ...INDEX, sortKey: text('sk') }, "an index 'backlog' with the keys 'bpk' and 'bsk'"],
    ['a smaller projection', TABLE, { ...INDEX, projectionType: dynamodb.ProjectionType.KEYS_ONLY }, "in the projection of its index 'backlog'"],
  ])('of the app with %s is an error', (_, table, index, problem) => {
    expect(synthError(storeOn(table, index).stack)).toContain(`[Orders/Store] table 'Orders/Kept' must have ${problem}`);
  });

  test.each([{ removalPolicy: RemovalPolicy.DESTROY }, { deletionProtection: true }])('takes no %j besides', (props) => {
    const stack = newStack();
    const table = dynamodb.Table.fromTableName(stack, 'Kept', 'deferred');
    expect(() => new DeferredEventStore(stack, 'Store', { table, ...props })).toThrow(
      `'Orders/Store': ${Object.keys(props)[0]} is given together with table, whose own it is: set it on the table 'Orders/Kept'`,
    );
  });
});
