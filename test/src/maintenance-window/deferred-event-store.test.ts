import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';

import contract from '../../../lambda/contract/maintenance-window/store.json';
import { DeferredEventStore, Replay } from '../../../src';
import { newStack, resources } from './app';

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
      DeletionPolicy: 'Retain',
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
  expect(store.metricForcedOnAge()).toMatchObject({ ...common, metricName: 'ForcedOnAge', statistic: 'Maximum' });
  expect(store.metric('Replayed', { statistic: 'Sum' })).toMatchObject({ ...common, metricName: 'Replayed', statistic: 'Sum' });
});
