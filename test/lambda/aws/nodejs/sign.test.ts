import { createHash } from 'node:crypto';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

import type { Credentials } from '../../../../lambda/aws/nodejs/credentials';
import type { Service } from '../../../../lambda/aws/nodejs/endpoints';
import { signedHeaders } from '../../../../lambda/aws/nodejs/sign';

const AT = new Date('2015-08-30T12:36:00Z');
const KEYS: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const CLIENTS = { dynamodb: DynamoDBClient, sqs: SQSClient, ssm: SSMClient };

interface Signer {
  sign(request: object, options: object): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
}

/** What the signer of AWS's own SDK makes of a request with these headers. */
async function signedBySdk(service: Service, region: string, url: URL, headers: Record<string, string>, body: string, credentials: Credentials) {
  const client = new CLIENTS[service]({ region, credentials });
  try {
    const { signer } = client.config as unknown as { signer(): Promise<Signer> };
    const { host: hostname, pathname: path } = url;
    const request = { method: 'POST', protocol: url.protocol, hostname, path, query: {}, headers, body };
    return (await (await signer()).sign(request, { signingDate: AT })).headers.authorization;
  } finally {
    client.destroy();
  }
}

beforeEach(() => {
  jest.useFakeTimers({ now: AT, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'setInterval'] });
});
afterEach(() => jest.useRealTimers());

test.each<[Service, string, string, string, Credentials]>([
  ['ssm', 'us-east-1', 'https://ssm.us-east-1.amazonaws.com', '{"Names":["/w"]}', KEYS],
  ['ssm', 'us-east-1', 'https://ssm.us-east-1.amazonaws.com', '{"Names":["/w"]}', { ...KEYS, sessionToken: 'token' }],
  ['dynamodb', 'eu-central-1', 'https://dynamodb.eu-central-1.amazonaws.com', '{"TableName":"Größe"}', { ...KEYS, sessionToken: 'token' }],
  ['sqs', 'cn-north-1', 'https://sqs.cn-north-1.amazonaws.com.cn/base/path', '{}', KEYS],
])("a signature is the one that AWS's own SDK makes: %s in %s at %s, %s", async (service, region, address, body, credentials) => {
  const url = new URL(address);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonSSM.GetParameters',
    'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'), // the SDK adds it to every request
  };
  const ours = await signedHeaders({ service, region, url, headers, body }, credentials);
  const same = { ...headers, 'host': url.host, 'content-length': String(Buffer.byteLength(body)) };
  expect(ours.Authorization).toBe(await signedBySdk(service, region, url, same, body, credentials));
  expect(ours).toMatchObject(headers);
});

test('the headers that were given stay as they were', async () => {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  await signedHeaders({ service: 'sqs', region: 'us-east-1', url: new URL('https://sqs.us-east-1.amazonaws.com'), headers, body: '{}' }, KEYS);
  expect(headers).toEqual({ 'content-type': 'application/x-amz-json-1.0' });
});
