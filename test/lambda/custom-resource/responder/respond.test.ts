/** The last resort, for records as Lambda's on-failure destination sends them. */
import { createFailedId, printableVectors, reasonVectors, responseBytes, urlVectors } from '../../../../lambda/contract/cloudformation/answer.json';
import { continuationKey, neverStarted } from '../../../../lambda/contract/custom-resource/custom-resource.json';
import { responderVectors } from '../../../../lambda/contract/custom-resource/custom-resource.vectors.json';
import { defaultPhysicalResourceId } from '../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { request, STACK, START } from '../runtime/nodejs/requests';
import { World } from '../world';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });

let world: World;

beforeEach(() => {
  world = new World();
});

function continuation(change: Record<string, unknown> = {}, of = request('Create')) {
  return {
    [continuationKey]: {
      version: 1,
      runtime: 'nodejs',
      request: of,
      hop: 2,
      startedAt: START,
      deadline: START + 3_540_000,
      closesAt: START + 3_600_000,
      phase: 'POLL',
      wakeAt: START,
      state: {},
      longestPoll: 0,
      pollErrors: 0,
      stackAtStart: 'FORWARD',
      secretVersions: {},
      ...change,
    },
  };
}

const crash = (errorType: string, errorMessage: string) => ({ errorType, errorMessage });
const OUT_OF_MEMORY = crash('Runtime.OutOfMemory', 'RequestId: 1 Error: Runtime exited with error: signal: killed');
const TIMED_OUT = crash('Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 900.00 seconds');

describe('a create', () => {
  test.each(neverStarted)('that %s kept from starting has the marker, and names the error', async (errorType) => {
    await world.fail(request('Create'), crash(errorType, "Error: Cannot find module 'x'"));
    expect(world.answer).toEqual({
      Status: 'FAILED',
      Reason: `the function failed before it could answer: ${errorType}: Error: Cannot find module 'x'`,
      PhysicalResourceId: createFailedId,
      StackId: STACK,
      RequestId: 'f0f0f0f0-0000-4000-8000-000000000001',
      LogicalResourceId: 'Restore',
    });
  });

  test('that Lambda never ran has the marker', async () => {
    await world.fail(request('Create'), undefined);
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: createFailedId,
      Reason: expect.stringContaining('EventAgeExceeded'),
    });
  });

  test.each(['Error', 'ConfigError', 'string', 'undefined', '', 'handled', 'AnswerNotDelivered', 'HopNotStarted', 'RuntimeError', 'UnknownError'])(
    "that an error of the type '%s' kept from starting has the marker: running code's own errors never get here",
    async (errorType) => {
      await world.fail(request('Create'), { ...crash(errorType, 'TABLE is not set'), trace: ['    at file:///var/task/index.mjs:2:31'] });
      expect(world.answer).toMatchObject({
        Status: 'FAILED',
        PhysicalResourceId: createFailedId,
        Reason: expect.stringContaining('TABLE is not set'),
      });
    },
  );

  test.each([
    ['out of memory', OUT_OF_MEMORY],
    ['timed out', TIMED_OUT],
    ['exited', crash('Runtime.ExitError', 'exit status 3')],
    ['by a rejection', crash('Runtime.UnhandledPromiseRejection', 'Error: uncaught')],
    ["by an error of Lambda's that nobody knows yet", crash('Sandbox.Vanished', 'gone')],
  ])('that ended %s has the default id, so that delete runs', async (_, response) => {
    await world.fail(request('Create'), response);
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining(response.errorMessage) });
  });

  test.each([
    ['with an id', { physicalResourceId: 'made' }, 'made'],
    ['without an id', {}, DEFAULT_ID],
  ])('that had waited %s keeps it, whatever ended the execution', async (_, change, id) => {
    for (const response of [undefined, OUT_OF_MEMORY, crash('Runtime.ImportModuleError', 'x'), crash('Lambda.RecursiveInvocationStopped', 'x')]) {
      world = new World();
      await world.fail(continuation(change), response);
      expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: id });
    }
  });
});

test.each(['Update', 'Delete'] as const)('a %s has the present id, in every execution', async (type) => {
  for (const payload of [request(type), continuation({ physicalResourceId: 'other' }, request(type))]) {
    for (const response of [undefined, OUT_OF_MEMORY, crash('Runtime.ImportModuleError', 'x')]) {
      world = new World();
      await world.fail(payload, response);
      expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1' });
    }
  }
});

test('the delete of what never came to be succeeds though the code is broken', async () => {
  await world.fail(request('Delete', { PhysicalResourceId: createFailedId }), crash('Runtime.ImportModuleError', 'x'));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: createFailedId });
});

describe('an answer that was left', () => {
  const left = (answer: object) => crash('AnswerNotDelivered', JSON.stringify(answer));

  test.each([
    ['a success', { status: 'SUCCESS', physicalResourceId: 'made', hadData: false }, { Status: 'SUCCESS', PhysicalResourceId: 'made' }],
    [
      'a failure',
      { status: 'FAILED', physicalResourceId: 'made', reason: 'why', hadData: false },
      { Status: 'FAILED', PhysicalResourceId: 'made', Reason: 'why' },
    ],
  ])('is repeated: %s', async (_, answer, told) => {
    await world.fail(request('Create'), left(answer));
    expect(world.answer).toMatchObject(told);
  });

  test("with attributes is a failure: they can't be repeated", async () => {
    await world.fail(
      request('Create'),
      left({ status: 'SUCCESS', physicalResourceId: 'made', hadData: true, cause: 'the ResponseURL answered 403' }),
    );
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made', Reason: expect.stringContaining('answered 403') });
  });

  test("that can't be read is an error of loading code that has its name", async () => {
    for (const message of ['not JSON', '[]', '{"status":"MAYBE","physicalResourceId":"x"}', '{"status":"SUCCESS","physicalResourceId":""}']) {
      world = new World();
      await world.fail(request('Create'), crash('AnswerNotDelivered', message));
      expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    }
  });
});

describe('of a request whose properties hold a reference to a secret', () => {
  const SECRET = 'S3cr3t-Passw0rd';
  const REFERENCE = { Db: [{ Url: 'pg://admin:{{resolve:secretsmanager:Db:SecretString:password::}}@h' }] };
  const worded = [crash('Runtime.UnhandledPromiseRejection', `Error: connect pg://admin:${SECRET}@h`), `cut off ${SECRET}`, { errorMessage: SECRET }];

  test.each<[string, unknown]>([
    ['the first delivery', request('Create', { ResourceProperties: REFERENCE })],
    ['a hop', continuation({}, request('Create', { ResourceProperties: REFERENCE }))],
    ['old properties', request('Update', { ResourceProperties: {}, OldResourceProperties: REFERENCE })],
  ])('what the handler may have worded is not quoted: %s', async (_, payload) => {
    for (const response of worded) {
      world = new World();
      await world.fail(payload, response);
      expect(JSON.stringify(world.puts) + world.log).not.toContain(SECRET);
      expect(world.answer.Reason).toContain('its message is in the log of the function');
    }
  });

  test('the type of the error is named', async () => {
    await world.fail(request('Create', { ResourceProperties: REFERENCE }), worded[0]);
    expect(world.answer.Reason).toContain('answer: Runtime.UnhandledPromiseRejection: its message');
  });

  test.each([
    OUT_OF_MEMORY,
    TIMED_OUT,
    crash('Runtime.ExitError', 'exit status 3'),
    crash('Runtime.ImportModuleError', 'no module x'),
    crash('Error', 'TABLE is not set'),
    crash('string', 'TABLE is not set'),
    crash('AnswerNotDelivered', 'TABLE is not set'),
  ])('what Lambda words, or came before a secret was read, is quoted: $errorType', async (response) => {
    for (const payload of [
      request('Create', { ResourceProperties: REFERENCE }),
      continuation({}, request('Create', { ResourceProperties: REFERENCE })),
    ]) {
      world = new World();
      await world.fail(payload, response);
      expect(world.answer.Reason).toContain(response.errorMessage);
    }
  });
});

test('reads a request payload that comes as text', async () => {
  await world.fail(JSON.stringify(request('Update')), OUT_OF_MEMORY);
  expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'own-1', Reason: expect.stringContaining('signal: killed') });
});

test('a record without a response says that Lambda gave up, as after its recursion guard or reserved concurrency of none', async () => {
  await world.fail(continuation({ physicalResourceId: 'made' }), undefined);
  expect(world.answer).toMatchObject({ PhysicalResourceId: 'made', Reason: 'Lambda gave up on the invocation before it ran: EventAgeExceeded' });
});

test("a response that can't be read is quoted, or left out", async () => {
  const reasons = [];
  for (const response of ['cut off tex', { unknown: 1 }, 7]) {
    world = new World();
    await world.fail(request('Create'), response);
    expect(world.answer.PhysicalResourceId).toBe(DEFAULT_ID);
    reasons.push(world.answer.Reason);
  }
  const begin = 'the function failed before it could answer';
  expect(reasons).toEqual([`${begin}: cut off tex`, begin, begin]);
});

test('what it could not deliver fails its own invocation, which Lambda repeats', async () => {
  world.putFates = [403];
  await world.fail(request('Create'), OUT_OF_MEMORY);
  expect(world.puts).toHaveLength(1);
  expect(world.log).toContain('responder: AnswerNotDelivered');
});

test('says the same however often it is asked', async () => {
  for (const response of [OUT_OF_MEMORY, OUT_OF_MEMORY, OUT_OF_MEMORY]) {
    await world.fail(continuation({ physicalResourceId: 'made' }), response);
  }
  expect(world.puts).toEqual([world.answer, world.answer, world.answer]);
});

test('branches on no condition', async () => {
  const answers = [];
  for (const condition of ['RetriesExhausted', 'EventAgeExceeded', 'Whatever']) {
    world = new World();
    await world.fail({ ...request('Create') }, { ...OUT_OF_MEMORY, condition });
    answers.push(world.answer.PhysicalResourceId);
  }
  expect(new Set(answers)).toEqual(new Set([DEFAULT_ID]));
});

test.each([
  ['another version', { version: 9, physicalResourceId: 'made' }],
  ['another language', { runtime: 'python', physicalResourceId: 'made' }],
  ['damage', { hop: 'x', physicalResourceId: 'made' }],
])('a continuation of %s keeps its id', async (_, change) => {
  await world.fail(continuation(change), OUT_OF_MEMORY);
  expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'made' });
});

test('a continuation of another version without an id stands for an operation that had begun', async () => {
  await world.fail(continuation({ version: 9 }), OUT_OF_MEMORY);
  expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID });
});

test('after ServiceTimeout nothing is answered', async () => {
  await world.clock.sleep(3_600_000);
  await world.fail(request('Create'), OUT_OF_MEMORY);
  expect(world.puts).toEqual([]);
});

test('a reason of any length fits', async () => {
  await world.fail(request('Create'), crash('Error', `${'ü'.repeat(20_000)} the end`));
  expect(Buffer.byteLength(JSON.stringify(world.answer))).toBeLessThanOrEqual(4096);
  expect(world.answer.Reason).toMatch(/the end$/);
  expect(world.log.length).toBeLessThan(10_000);
});

test('an error that shows the ResponseURL is masked', async () => {
  await world.fail(request('Create'), crash('Error', `PUT ${request('Create').ResponseURL}`));
  expect(JSON.stringify(world.answer) + world.log).not.toContain('5e17ed');
});

test('a signature that colours part is masked once they are gone', async () => {
  await world.fail(request('Create'), crash('Error', 'signed by 5e1\u001b[1m7ed\u001b[0m alone'));
  expect(world.answer.Reason).toMatch(/signed by \*\*\*\* alone$/);
});

test('server errors are outlasted, and a record of something else fails loudly', async () => {
  world.putFates = [503, 'fails', 429];
  await world.fail(request('Create'), OUT_OF_MEMORY);
  expect(world.answer.Status).toBe('FAILED');
  await world.fail({ Records: [] }, OUT_OF_MEMORY);
  expect(world.log).toContain('responder: Error: this event is not a CloudFormation custom resource request');
});

interface ResponderVector {
  readonly name: string;
  readonly request: string;
  readonly continuation?: Record<string, unknown>;
  readonly response?: { errorType: string; errorMessage: string } | string | null;
  readonly status: string;
  readonly id: string;
}

test.each(responderVectors as readonly ResponderVector[])(
  "comes to the contract's status and id: $name",
  async ({ request: type, continuation: change, response, status, id }) => {
    const event = type === 'DeleteOfMarker' ? request('Delete', { PhysicalResourceId: createFailedId }) : request(type as 'Create');
    await world.fail(change ? continuation(change, event) : event, response);
    expect(world.answer).toMatchObject({ Status: status, PhysicalResourceId: id });
  },
);

test.each(urlVectors)('answers by the rule of URLs: $url with $environment', async ({ url, environment, allowed }) => {
  world.environment = environment as Record<string, string>;
  await world.fail(request('Create', { ResponseURL: url }), OUT_OF_MEMORY);
  expect(world.puts).toHaveLength(allowed ? 1 : 0);
});

test.each(printableVectors)('gives a reason that can be shown: $text', async ({ text, shown }) => {
  await world.fail(request('Create'), crash('Sandbox.Timedout', text));
  expect(world.answer.Reason).toBe(`the function failed before it could answer: Sandbox.Timedout: ${shown}`);
});

describe('the function whose log says more', () => {
  const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:restore:live';

  test.each<[string, object, unknown, RegExp]>([
    ['crashed', request('Create'), OUT_OF_MEMORY, /signal: killed\nrequest id: [^,\n]+, function: restore$/],
    ['never ran', request('Create'), undefined, /EventAgeExceeded\nrequest id: [^,\n]+, function: restore$/],
    [
      'worded what may hold a secret',
      request('Create', { ResourceProperties: { P: '{{resolve:secretsmanager:Db}}' } }),
      crash('Runtime.UnhandledPromiseRejection', 'x'),
      /in the log of the function, for it may hold a secret\nrequest id: [^,\n]+, function: restore$/,
    ],
    [
      'could not go on',
      continuation(),
      crash('HopNotStarted', JSON.stringify({ status: 'FAILED', physicalResourceId: 'id', reason: 'no next execution', cause: 'x' })),
      /^no next execution\nrequest id: [^,\n]+, function: restore$/,
    ],
  ])('is named where it %s', async (_, payload, response, reason) => {
    await world.fail(payload, response, { functionArn });
    expect(world.answer.Reason).toMatch(reason);
  });

  test.each([undefined, '', 'restore', 7])('is left out of a reason where a record has %p for its ARN', async (arn) => {
    await world.fail(request('Create'), OUT_OF_MEMORY, { functionArn: arn });
    expect(world.answer.Reason).toMatch(/signal: killed$/);
  });

  test('is in no success', async () => {
    await world.fail(request('Delete', { PhysicalResourceId: createFailedId }), OUT_OF_MEMORY, { functionArn });
    expect(world.answer).not.toHaveProperty('Reason');
  });
});

test.each(reasonVectors)('cuts a reason by the rule: $name', async ({ unit, count }) => {
  await world.fail(request('Create'), crash('Sandbox.Timedout', `${unit.repeat(count)} end`));
  expect(Buffer.byteLength(JSON.stringify(world.answer))).toBeLessThanOrEqual(responseBytes.most);
  expect(world.answer.Reason).toMatch(/^the function failed .* \.\.\. .* end$/u);
});
