/** What the handlers write down of each call, for the tests to read. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AnyRequest, OperationContext } from 'cdk-patient-lambda/handler';

const dynamodb = new DynamoDBClient({});
let serial = 0;

export async function note(call: string, request: AnyRequest<unknown>, { hop }: OperationContext, more: object = {}): Promise<void> {
  const noted = { call, hop, version: process.env.AWS_LAMBDA_FUNCTION_VERSION, format: import.meta.url === undefined ? 'commonjs' : 'module', ...request, ...more };
  await dynamodb.send(new PutItemCommand({
    TableName: process.env.CALLS_TABLE,
    Item: {
      stack: { S: request.stackId.split('/')[1] },
      at: { S: `${new Date().toISOString()} ${process.pid} ${String(++serial).padStart(4, '0')}` },
      note: { S: JSON.stringify(noted) },
    },
  }));
}
