/** The entry: the check at load, and an invocation as Lambda makes it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { customResource, done } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { request } from './requests';

test.each([
  [{}, 'was given no handlers'],
  [{ create: async () => done() }, 'the handler must have create, update and delete; missing: update, delete'],
  [{ 'Custom::A': { create: async () => done(), update: async () => done() } }, 'Custom::A must have create, update and delete; missing: delete'],
  [
    { create: async () => done(), update: async () => done(), delete: async () => done(), poll: {}, onTimeout: 'x' },
    'poll, onTimeout of the handler must be functions',
  ],
  [{ onEvent: async () => ({}), isComplete: async () => ({ IsComplete: true }) }, 'wrap them, customResource(fromOnEvent({ onEvent, isComplete }))'],
])('a handler that lacks something fails at load: %p', (handlers, message) => {
  expect(() => customResource(handlers as never)).toThrow(message);
});

describe('an invocation by Lambda', () => {
  test('answers over the network', async () => {
    const bodies: string[] = [];
    const server = createServer((incoming, outgoing) => {
      incoming
        .setEncoding('utf8')
        .on('data', (chunk: string) => bodies.push(chunk))
        .on('end', () => outgoing.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    jest.replaceProperty(process, 'env', { AWS_ENDPOINT_URL: origin });
    const handler = customResource({
      create: async () => done(),
      update: async () => done(),
      delete: async () => done({ physicalResourceId: 'own-1' }),
    });
    const context = {
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
      logGroupName: 'g',
      logStreamName: 's',
      getRemainingTimeInMillis: () => 60_000,
    };
    try {
      await handler({ ...request('Delete'), ResponseURL: `${origin}/answer` }, context);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(JSON.parse(bodies.join(''))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-1' });
    expect(lines.join('')).toContain('"next":"SUCCESS"');
  });
});
