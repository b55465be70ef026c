import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CredentialSource } from '../../../../lambda/aws/nodejs/credentials';
import { LoopbackService } from '../../maintenance-window/gate/nodejs/loopback-service';

const START = Date.parse('2027-01-10T00:00:00Z');
const keys = (AccessKeyId: string, minutes: number) => ({
  body: { AccessKeyId, SecretAccessKey: 's', Token: 't', Expiration: new Date(START + minutes * 60_000).toISOString() },
});

let endpoint: LoopbackService;
let now: number;

beforeEach(async () => {
  endpoint = await LoopbackService.listen();
  now = START;
});
afterEach(() => endpoint.close());

const source = (more: Record<string, string> = {}) =>
  new CredentialSource(
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/keys`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'secret-token', ...more },
    () => now,
  );

test("the environment's come first, as they were at the start", async () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 't',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.url,
  };
  const credentials = new CredentialSource(environment);
  environment.AWS_ACCESS_KEY_ID = 'other';
  expect(await credentials.get(1000)).toEqual({ accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't' });
  expect(endpoint.calls).toEqual([]);
});

test("the container's are asked for with its token, kept, and replaced five minutes before they expire", async () => {
  const credentials = source();
  endpoint.reply = () => keys('A', 60);
  expect(await credentials.get(1000)).toMatchObject({ accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't' });
  now = START + 55 * 60_000;
  await credentials.get(1000);
  expect(endpoint.calls.map(({ headers }) => headers.authorization)).toEqual(['secret-token']);
  endpoint.reply = () => keys('B', 120);
  now += 1;
  expect(await credentials.get(1000)).toMatchObject({ accessKeyId: 'B' });
});

test('keys that hold for a few minutes yet are used when there are no new ones; expired keys are not', async () => {
  const credentials = source();
  endpoint.reply = () => keys('A', 60);
  await credentials.get(1000);
  endpoint.reply = () => ({ status: 500, body: '' });
  now = START + 59 * 60_000;
  expect(await credentials.get(1000)).toMatchObject({ accessKeyId: 'A' });
  now = START + 60 * 60_000;
  await expect(credentials.get(1000)).rejects.toThrow('answered 500');
});

test('a token file is read anew each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'token-'));
  try {
    const file = join(folder, 'token');
    writeFileSync(file, 'first\n');
    const credentials = source({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file });
    endpoint.reply = () => keys('A', 1);
    await credentials.get(1000);
    writeFileSync(file, 'second\n');
    await credentials.get(1000);
    expect(endpoint.calls.map(({ headers }) => headers.authorization)).toEqual(['first', 'second']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each<[string, object, string]>([
  ['HTML', { body: '<html>' }, 'no credentials'],
  ['no keys', { body: {} }, 'without keys'],
])('an endpoint that answers %s is an error', async (_, reply, message) => {
  endpoint.reply = () => reply as never;
  await expect(source().get(1000)).rejects.toThrow(message);
});

test('without any source the variables are named', async () => {
  await expect(new CredentialSource({}).get(1000)).rejects.toThrow('AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI');
});
