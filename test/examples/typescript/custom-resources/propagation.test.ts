import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { CustomResourceHandler } from 'cdk-patient-lambda/handler';
import { type CloudFormationRequest, runOperation, type RunOptions } from 'cdk-patient-lambda/handler/testing';

const { handler } = require('../../../../examples/typescript/custom-resources/propagation/publisher/index') as { handler: CustomResourceHandler };

interface Put {
  readonly Name: string;
  readonly Value: string;
  readonly Overwrite?: boolean;
}

const failure = (name: string) => Object.assign(new Error(`${name} happened`), { name });

const parameters = new Map<string, string>();
/** What each reader tells, in turn; the last reply is told again and again. 'NEW' stands for the version that is published. */
const replies = new Map<string, (string | Error | undefined)[]>();
let puts = 0;
let asked = 0;

beforeEach(() => {
  parameters.clear();
  replies.clear();
  puts = 0;
  asked = 0;
  jest.spyOn(SSMClient.prototype, 'send').mockImplementation(async (command) => {
    const input = command.input as Put;
    if (!input.Name?.startsWith('/')) {
      throw failure('ValidationException');
    }
    return ssm[command.constructor.name as keyof typeof ssm](input);
  });
  jest.spyOn(LambdaClient.prototype, 'send').mockImplementation(async (command) => answerOf((command as InvokeCommand).input.FunctionName!));
});

const ssm = {
  PutParameterCommand: ({ Name, Value, Overwrite }: Put) => {
    if (parameters.has(Name) && !Overwrite) {
      throw failure('ParameterAlreadyExists');
    }
    puts += 1;
    parameters.set(Name, Value);
  },
  GetParameterCommand: ({ Name }: Put) => {
    if (!parameters.has(Name)) {
      throw failure('ParameterNotFound');
    }
    return { Parameter: { Value: parameters.get(Name) } };
  },
  DeleteParameterCommand: ({ Name }: Put) => {
    parameters.delete(Name);
  },
};

function answerOf(reader: string) {
  asked += 1;
  const row = replies.get(reader) ?? ['NEW'];
  const reply = row.length > 1 ? row.shift() : row[0];
  if (reply instanceof Error && reply.name !== 'FunctionError') {
    throw reply;
  }
  if (reply instanceof Error) {
    return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorMessage: 'oops' })) };
  }
  const version = reply === 'NEW' ? published()?.version : reply;
  return { Payload: Buffer.from(JSON.stringify({ version })) };
}

function published(name = '/config'): { version: string; owner: string; configuration: object } | undefined {
  return parameters.has(name) ? JSON.parse(parameters.get(name)!) : undefined;
}

const properties = (more: object = {}) => ({
  Parameter: '/config',
  Configuration: { greeting: 'hello' },
  Readers: ['shop', 'checkout'],
  InARow: '3',
  ...more,
});
const run = (event: Parameters<typeof runOperation>[1], options: RunOptions = {}) => runOperation(handler, event, options);
const create = (more: object = {}, options: RunOptions = {}) => run({ RequestType: 'Create', ResourceProperties: properties(more) }, options);
const request = (RequestType: CloudFormationRequest['RequestType'], id: string, more: object, old?: object) => ({
  RequestType,
  RequestId: `second-${RequestType}`,
  PhysicalResourceId: id,
  ResourceProperties: properties(more),
  ...(old ? { OldResourceProperties: properties(old) } : {}),
});

test('a create is done when each reader has told the new version so many times in a row', async () => {
  replies.set('checkout', ['old', undefined, 'NEW', 'NEW', 'old', 'NEW']);

  const { answer } = await create();

  expect(answer).toEqual({ status: 'SUCCESS', physicalResourceId: '/config', data: { Version: published()!.version } });
  expect(published()!.configuration).toEqual({ greeting: 'hello' });
  expect(asked).toBe(2 * (5 + 3));
});

test('a reader that fails begins anew', async () => {
  replies.set('shop', ['NEW', 'NEW', failure('FunctionError'), 'NEW']);
  const logged: string[] = [];

  expect((await create({}, { log: (line) => logged.push(line) })).answer!.status).toBe('SUCCESS');
  expect(asked).toBe(2 * (3 + 3));
  expect(logged.filter((line) => /a reader failed.*"reader":"shop".*oops/.test(line))).toHaveLength(1);
});

test("a reader that can't be called fails the resource, by name", async () => {
  replies.set('shop', [failure('AccessDeniedException')]);

  expect((await create()).answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: '/config',
    reason: expect.stringContaining('AccessDeniedException'),
  });
});

test('an update is a version of its own, also when the configuration is one that was there before', async () => {
  await create();
  const { version } = published()!;

  const { answer } = await run(request('Update', '/config', {}, { Configuration: { greeting: 'goodbye' } }));

  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: '/config' });
  expect(published()!.version).not.toBe(version);
});

test('the same request twice publishes the same version', async () => {
  const [first, second] = await Promise.all([create(), create()]);

  expect(second.answer).toEqual(first.answer);
  expect(puts).toBe(2);
});

test.each([
  ['of somebody else', JSON.stringify({ owner: 'other' })],
  ['that nobody published', 'plain text'],
  ['of null', 'null'],
])('a parameter %s is neither overwritten nor removed', async (_, value) => {
  parameters.set('/config', value);

  const { answer } = await create();
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('/config is there already') });
  expect((await run(request('Delete', answer!.physicalResourceId, {}))).answer!.status).toBe('SUCCESS');
  expect(parameters.get('/config')).toBe(value);
});

test('another parameter is another resource: the old one is removed by the delete that follows', async () => {
  await create();

  const { answer } = await run(request('Update', '/config', { Parameter: '/renamed', Readers: ['shop'], ServiceTimeout: '120' }, {}));
  expect(answer!.status).toBe('FAILED'); // the reader tells the version in /config, which is the old one
  expect(published('/renamed')).toBeDefined();

  const back = await run(request('Update', '/config', {}, { Parameter: '/renamed' }));
  expect(back.answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: '/config' });
  expect([...parameters.keys()]).toEqual(['/config']); // what the failed update published is gone

  await run(request('Delete', '/config', {}));
  expect(parameters.size).toBe(0);
});

test('a delete of what is deleted already succeeds', async () => {
  expect((await run(request('Delete', '/config', {}))).answer).toEqual({ status: 'SUCCESS', physicalResourceId: '/config' });
});

test('when a reader never follows, the operation fails in time and the log tells which', async () => {
  replies.set('checkout', ['old']);
  const logged: string[] = [];

  const { answer } = await create({ ServiceTimeout: '300' }, { log: (line) => logged.push(line) });

  expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: '/config', reason: expect.stringContaining('timed out') });
  expect(logged.some((line) => /not all readers.*"inARow":\[\d+,0\]/.test(line))).toBe(true);
});

test.each([
  ['InARow', 'often'],
  ['InARow', '0'],
  ['Readers', []],
  ['Readers', 'shop'],
])('%s %p is refused', async (name, value) => {
  expect((await create({ [name]: value })).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(`${name} must be`) });
});
