/** What CloudFormation shows of what a handler throws, and where secrets may be. */
import { createFailedId, printableVectors } from '../../../../../lambda/contract/cloudformation/answer.json';
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { CREATE, DEFAULT_ID, run, throws, withoutPlace } from './operations';

describe('a reason', () => {
  test.each(printableVectors)('holds what can be shown: $text', async ({ text, shown }) => {
    expect(withoutPlace((await run({ create: throws(text) })).answer?.reason)).toBe(`Error: ${shown}`);
  });

  test('is cut after that: what is taken out takes no room', async () => {
    const { answer } = await run({ create: throws('\u001b[31mx\u001b[39m'.repeat(3000)) });
    expect(answer?.reason).toContain(`Error: ${'x'.repeat(3000)}\n`);
  });

  test('names log group and log stream of the execution that failed', async () => {
    const { answer } = await run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll: throws('no capacity') });
    expect(answer?.reason?.split('\n')).toEqual([
      'Error: no capacity',
      expect.stringMatching(/^request id: .+, log group: \/aws\/lambda\/handler, log stream: execution-2$/),
      expect.stringMatching(/^https:.*~source~\(~'\*2faws\*2flambda\*2fhandler\)\)$/),
    ]);
  });
});

describe('a secret in a reason is masked', () => {
  const password = "p@ss $word'1/ü";
  const url = Object.assign(new URL('postgres://app@h/db'), { password });
  const event = { ...CREATE, ResourceProperties: { P: '{{resolve:secretsmanager:Db:SecretString:password::}}' } };

  test.each([
    ['in the user info of a URL', url.href, 'postgres://app:****@h/db'],
    ['in a form', String(new URLSearchParams({ p: password })), 'p=****'],
    ['in a Basic authorization', `Basic ${Buffer.from(`app:${password}`).toString('base64')}`, 'Basic YXBwO****=='],
    ['parted by colours', `p@ss \u001b[1m$word\u001b[22m'1/ü`, '****'],
  ])('%s', async (_, message, shown) => {
    const lines: string[] = [];
    const { answer } = await run({ create: throws(message) }, event, { secrets: { Db: { password } }, log: (line) => lines.push(line) });
    expect(answer?.reason).toContain(`Error: ${shown}\n`);
    expect(lines.join('')).toContain(`Error: ${shown}`);
  });

  test.each([
    ['the state', async () => wait({ url: url.href }), 'state.url holds a secret'],
    ['an id', async () => done({ physicalResourceId: `db?p=${encodeURIComponent(password)}` }), 'physicalResourceId holds a secret'],
    ['attributes', async () => done({ data: { Header: Buffer.from(`app:${password}`).toString('base64') } }), 'data.Header holds a secret'],
  ])('and in %s it is refused in these forms too', async (_, create, reason) => {
    const { answer } = await run({ create }, event, { secrets: { Db: { password } } });
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: DEFAULT_ID, reason: expect.stringContaining(reason) });
  });
});

describe('members of secrets with public keys', () => {
  const secrets = { Db: { username: 'app_user', dbname: 'orders', password: 'correct-horse', nested: { username: 'app_reader' } } };
  const options = { secrets, environment: { PATIENT_LAMBDA_PUBLIC_SECRET_KEYS: '["username","dbname"]' } };
  const properties = (reference: string) => ({ ...CREATE, ResourceProperties: { Db: `{{resolve:secretsmanager:${reference}}}` } });
  const whole = properties('Db');
  const alone = properties('Db:SecretString:username::');

  test.each([
    ['of a secret that is resolved whole', whole],
    ['that are resolved alone', alone],
  ])('%s may be the id, in the state and in attributes, and are not masked', async (_, event) => {
    const lines: string[] = [];
    const report = await run(
      {
        create: async (__, { log }) => {
          log.info('role app_user');
          return wait({ role: 'app_user' }, { physicalResourceId: 'app_user' });
        },
        poll: async () => done({ data: { Role: 'app_user' } }),
      },
      event,
      { ...options, log: (line) => lines.push(line) },
    );
    expect(report.answer).toEqual({ status: 'SUCCESS', physicalResourceId: 'app_user', data: { Role: 'app_user' } });
    expect(lines.join('')).toContain('role app_user');
  });

  test.each([
    ['all keys are secret otherwise', { secrets }, 'app_user'],
    ['another key stays secret', options, 'correct-horse'],
  ])('%s', async (_, given, value) => {
    const { answer } = await run({ create: async () => done({ data: { Value: value } }) }, whole, given);
    expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('data.Value holds a secret') });
  });

  test('members within members count by their own key', async () => {
    expect((await run({ create: async () => done({ data: { Role: 'app_reader' } }) }, whole, options)).answer?.status).toBe('SUCCESS');
  });

  test('a list that is none fails by name', async () => {
    const { answer } = await run({}, whole, { secrets, environment: { PATIENT_LAMBDA_PUBLIC_SECRET_KEYS: 'username' } });
    expect(answer).toMatchObject({
      status: 'FAILED',
      physicalResourceId: createFailedId,
      reason: expect.stringContaining("is 'username', expected a JSON list"),
    });
  });
});
