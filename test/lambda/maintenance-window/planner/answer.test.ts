import { deliver, type Outcome, render } from '../../../../lambda/maintenance-window/planner/answer';
import type { WindowRequest } from '../../../../lambda/maintenance-window/planner/request';
import { Answers } from './answers';

const SUCCESS: Outcome = { status: 'SUCCESS', physicalResourceId: '/name' };

let answers: Answers;

beforeEach(async () => {
  answers = await Answers.start();
});

afterEach(() => answers.stop());

function request(responseUrl = `${answers?.origin}/answer?X-Amz-Signature=secret`): WindowRequest {
  return {
    RequestType: 'Create',
    ResponseURL: responseUrl,
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Window',
    ResourceProperties: {},
  };
}

/** Sleeping takes no time but counts. */
function clock() {
  let time = 0;
  return {
    now: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

function send(options: { url?: string; environment?: Record<string, string>; deadline?: number; outcome?: Outcome } = {}): Promise<void> {
  const environment = options.environment ?? { AWS_ENDPOINT_URL: answers.origin };
  return deliver(request(options.url), options.outcome ?? SUCCESS, options.deadline ?? 60_000, clock(), environment);
}

test('is sent with its length in bytes and an empty content type, which the signature covers', async () => {
  await send({ outcome: { status: 'FAILED', physicalResourceId: '/name', reason: 'Größe ✗' } });
  const [{ headers, body }] = answers.received;
  expect(headers['content-type']).toBe('');
  expect(headers['content-length']).toBe(String(body.length));
  expect(JSON.parse(body.toString())).toMatchObject({ Status: 'FAILED', Reason: 'Größe ✗' });
});

test('is sent again after server errors, throttling and broken connections', async () => {
  answers.statuses = [503, 429, 'reset', 200];
  await send();
  expect(answers.received).toHaveLength(3);
});

test.each([403, 400, 307])('is not repeated after %d', async (status) => {
  answers.statuses = [status];
  await expect(send()).rejects.toMatchObject({ name: 'AnswerNotDelivered', message: expect.stringContaining(`the server answered ${status}`) });
  expect(answers.received).toHaveLength(1);
});

test('gives up at the deadline and says what happened last', async () => {
  answers.statuses = Array.from({ length: 100 }, () => 500);
  await expect(send({ deadline: 20_000 })).rejects.toThrow('the server answered 500');
  expect(answers.received.length).toBeLessThan(10);
});

test.each([
  ['plain http while no endpoint is set', {}],
  ["plain http to another port than the endpoint's", { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }],
  ['plain http while the endpoint is none', { AWS_ENDPOINT_URL: 'none' }],
])('is not sent over %s, and the error keeps the signature to itself', async (_, environment) => {
  const error = await send({ environment: environment }).catch((reason: Error) => reason);
  expect(error).toMatchObject({ name: 'AnswerNotDelivered' });
  expect((error as Error).message).toContain('no https URL');
  expect((error as Error).message).not.toContain('secret');
  expect(answers.received).toEqual([]);
});

test.each(['http://example.com/x', 'ftp://127.0.0.1/x', 'nonsense', ''])('is not sent to %p', async (url) => {
  await expect(send({ url, environment: { AWS_ENDPOINT_URL: 'http://example.com' } })).rejects.toThrow('no https URL');
});

test('may go to the endpoint of S3 alone', async () => {
  await send({ environment: { AWS_ENDPOINT_URL_S3: `${answers.origin}/` } });
  expect(answers.received).toHaveLength(1);
});

test.each([
  ['ASCII', 'x'],
  ['two bytes a character', 'ß'],
  ['four bytes a character', '🛠'],
  ['escaped characters', '"'],
  ['control characters', '\u0001'],
])('never exceeds 4096 bytes: %s', (_, character) => {
  const body = render(request('https://x'), { ...SUCCESS, status: 'FAILED', reason: `begin ${character.repeat(9_000)} end` });
  expect(body.length).toBeLessThanOrEqual(4096);
  const { Reason: reason } = JSON.parse(body.toString()) as { Reason: string };
  expect(reason).toMatch(/^begin /);
  expect(reason).toMatch(/ end$/);
  expect(reason).not.toContain('\ufffd');
  expect(body.length).toBeGreaterThan(3_000);
});
