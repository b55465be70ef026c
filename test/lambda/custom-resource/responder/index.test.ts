import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { handler } from '../../../../lambda/custom-resource/responder';
import { request } from '../runtime/nodejs/requests';

test('answers a record over the network', async () => {
  let body = '';
  const server = createServer((incoming, outgoing) => {
    incoming
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        body += chunk;
      })
      .on('end', () => outgoing.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.replaceProperty(process, 'env', { AWS_ENDPOINT_URL: origin });
  const record = {
    requestContext: { condition: 'RetriesExhausted' },
    requestPayload: { ...request('Update'), ResponseURL: `${origin}/answer`, ResourceProperties: {} },
    responsePayload: { errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' },
  };
  try {
    // Signed a while ago: CloudFormation waits for an hour
    jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 11, 1, 10, 30));
    await handler(record, { getRemainingTimeInMillis: () => 30_000 });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(JSON.parse(body)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1', Reason: expect.stringContaining('exit status 1') });
});
