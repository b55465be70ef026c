/** What the handlers write down of each call, for the tests to read. */
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AnyRequest, OperationContext } from 'cdk-patient-lambda/handler';

const dynamodb = new DynamoDBClient({});
let serial = 0;

/** Whether the tests said that something may end. */
export async function isTold(label: string): Promise<boolean> {
  const Key = { stack: { S: 'told' }, at: { S: label } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: process.env.CALLS_TABLE, Key, ConsistentRead: true }));
  return Item !== undefined;
}

export async function note(call: string, request: AnyRequest<unknown>, { hop }: OperationContext, more: object = {}): Promise<void> {
  const noted = {
    call,
    hop,
    version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    format: typeof __filename === 'undefined' ? 'module' : 'commonjs',
    ...request,
    ...more,
  };
  await dynamodb.send(
    new PutItemCommand({
      TableName: process.env.CALLS_TABLE,
      Item: {
        stack: { S: request.stackId.split('/')[1] },
        at: { S: `${new Date().toISOString()} ${process.pid} ${String(++serial).padStart(4, '0')}` },
        note: { S: JSON.stringify(noted) },
      },
    }),
  );
}
