/** Tables of a fixed name, by CloudFormation: made, kept from being overwritten, deleted and made again. */
import { DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';

import { eventually, Harness } from './harness';

let bed: Harness;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  bed = await Harness.open();
  dynamodb = new DynamoDBClient(bed.clientConfig);
}, 300_000);
afterAll(() => bed?.close());

const template = (TableName: string, PointInTimeRecoveryEnabled?: boolean) => ({
  Resources: {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Delete',
      Properties: {
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        ...(PointInTimeRecoveryEnabled === undefined ? {} : { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled } }),
      },
    },
  },
});

const put = (TableName: string) => dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } }));
const item = async (TableName: string) =>
  (await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } }, ConsistentRead: true }))).Item;

async function recovery(TableName: string): Promise<string> {
  const { ContinuousBackupsDescription } = await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName }));
  return ContinuousBackupsDescription!.PointInTimeRecoveryDescription!.PointInTimeRecoveryStatus!;
}

async function destroyed(StackName: string, table: string): Promise<void> {
  await bed.cloudFormation.send(new DeleteStackCommand({ StackName }));
  await eventually(() =>
    dynamodb.send(new DescribeTableCommand({ TableName: table })).then(
      () => undefined,
      (error: Error) => (error.name === 'ResourceNotFoundException' ? true : undefined),
    ),
  );
}

it('a table with point-in-time recovery is made, deleted and made again, empty, under its name', async () => {
  await bed.createStack('First', template('fixed', true));
  expect((await bed.settled('First')).StackStatus).toBe('CREATE_COMPLETE');
  expect(await recovery('fixed')).toBe('ENABLED');
  await put('fixed');
  await destroyed('First', 'fixed');
  await bed.createStack('Second', template('fixed', true));
  expect((await bed.settled('Second')).StackStatus).toBe('CREATE_COMPLETE');
  expect(await recovery('fixed')).toBe('ENABLED');
  expect(await item('fixed')).toBeUndefined();
});

it('point-in-time recovery follows the template, and does not outlive the table', async () => {
  await bed.createStack('Follows', template('follows', true));
  await bed.settled('Follows');
  const TemplateBody = JSON.stringify(template('follows', false));
  await bed.cloudFormation.send(new UpdateStackCommand({ StackName: 'Follows', TemplateBody }));
  expect((await bed.settled('Follows')).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await recovery('follows')).toBe('DISABLED');

  await bed.createStack('Outlives', template('outlives', true));
  await bed.settled('Outlives');
  await destroyed('Outlives', 'outlives');
  await bed.createStack('Without', template('outlives'));
  await bed.settled('Without');
  expect(await recovery('outlives')).toBe('DISABLED');
});

it("a stack whose table's name is taken fails and leaves the other's table as it is", async () => {
  await bed.createStack('Holder', template('taken', true));
  await bed.settled('Holder');
  await put('taken');
  await bed.createStack('Late', template('taken'));
  expect((await bed.settled('Late')).StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await bed.failures('Late', 'Table')).toEqual([expect.stringContaining("identifier 'taken' already exists")]);
  expect(await item('taken')).toEqual({ pk: { S: 'a' } });
  expect(await recovery('taken')).toBe('ENABLED');
});
