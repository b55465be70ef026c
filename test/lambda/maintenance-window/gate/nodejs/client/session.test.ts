import { AwsClient } from '../../../../../../lambda/aws/nodejs/client';
import { environment as names } from '../../../../../../lambda/contract/names.json';
import { RuntimeApi } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/runtime-api';
import { type NativeClient, Session } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/session';
import { encodeRow } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import { Gate } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/gate';
import type { RawInvocation } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/invocation';
import type { Reading } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/reading';
import { readSettings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { WindowCache } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/window-cache';
import { parseOperator } from '../../../../../../lambda/maintenance-window/window/value';
import { KeptEvents } from '../kept-events';
import { LoopbackService } from '../loopback-service';

const S3 = '{"Records":[{"eventSource":"aws:s3"}]}';
const ENDED = new Error('no more invocations');

let events: KeptEvents;
let api: LoopbackService;
let counted: string[];
let value: string;
let lastModified: number;
let reads: number;

beforeEach(async () => {
  [events, api] = await Promise.all([KeptEvents.listen(), LoopbackService.listen()]);
  api.reply = () => ({ status: 202, body: {} });
  counted = [];
  value = 'auto';
  lastModified = 0;
  reads = 0;
});
afterEach(() => Promise.all([events.service.close(), api.close()]));

const invocation = (bodyJson: string, requestId = 'r-1', headers: RawInvocation['headers'] = {}): RawInvocation => ({
  bodyJson,
  headers: {
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': Date.now() + 5000,
    'lambda-runtime-invocation-id': `i-${requestId}`,
    ...headers,
  },
});

/** The native part, with invocations in a queue. */
const nativeWith = (...queue: RawInvocation[]): NativeClient & { readonly posted: unknown[][] } => {
  const posted: unknown[][] = [];
  return {
    posted,
    next: async () => {
      const next = queue.shift();
      if (!next) {
        throw ENDED;
      }
      return next;
    },
    done: (...args) => posted.push(args),
    error: (...args) => posted.push(args),
  };
};

function session(variables: Record<string, string> = {}, failure?: string): Session {
  const environment = { ...events.service.environment };
  const settings = readSettings({ [names.operatorParameter]: '/o', [names.table]: 't', [names.functionKey]: 'fn', ...variables });
  const reporter = { count: (metric: string) => counted.push(metric), log: () => undefined };
  const read = async (): Promise<Reading> => {
    reads += 1;
    if (failure) {
      throw new Error(failure);
    }
    return { operator: parseOperator(value), version: 2, lastModified, planned: null };
  };
  const cache = new WindowCache({ settings, read, reporter });
  const gate = new Gate({ settings, environment, cache, client: new AwsClient(environment), reporter, clock: Date.now });
  return new Session(gate, new RuntimeApi(new URL(api.url).host));
}

const posts = () => api.calls.map(({ operation, input }) => [operation.replace('/2018-06-01/runtime/invocation/', ''), input]);

test('outside a window the invocation is the very object that came, and one read serves them all', async () => {
  const queue = [invocation(S3), invocation('{}', 'r-2'), invocation('{"$maintenanceReplay":"text"}', 'r-3')];
  const native = nativeWith(...queue);
  const open = session();
  for (const expected of queue) {
    expect(await open.next(native, [])).toBe(expected);
  }
  expect([reads, events.operations, api.calls]).toEqual([1, [], []]);
});

test('inside a window events are kept before they are answered, with the invocation id', async () => {
  value = 'on';
  await expect(session().next(nativeWith(invocation(S3)), [])).rejects.toBe(ENDED);
  expect(events.operations).toEqual(['PutItem']);
  expect(posts()).toEqual([['r-1/response', { maintenanceWindow: { status: 'DEFERRED', requestId: 'r-1', until: null } }]]);
  expect(api.calls[0].headers['lambda-runtime-invocation-id']).toBe('i-r-1');
  expect(counted).toEqual(['deferred']);
});

test.each([
  [410, ENDED],
  [500, 'the Runtime API answered 500'],
])('an answer that meets %d', async (status, expected) => {
  value = 'on';
  api.reply = () => ({ status, body: {} });
  await expect(session().next(nativeWith(invocation('{}')), [])).rejects.toThrow(expected);
});

test('a store that refuses is an error to the source', async () => {
  value = 'on';
  events.fault = () => ({ status: 400, body: { __type: 'AccessDeniedException' } });
  await expect(session().next(nativeWith(invocation(S3)), [])).rejects.toBe(ENDED);
  expect(posts()).toMatchObject([['r-1/error', { errorType: 'EventNotStored' }]]);
  expect(api.calls[0].headers['lambda-runtime-function-error-type']).toBe('EventNotStored');
  expect(counted).toEqual(['storeFailed']);
});

test('an error of the gate itself is an error to the source', async () => {
  value = 'on';
  jest.spyOn(WindowCache.prototype, 'state').mockRejectedValueOnce(new TypeError('defect'));
  await expect(session().next(nativeWith(invocation(S3)), [])).rejects.toBe(ENDED);
  expect(posts()).toMatchObject([['r-1/error', { errorType: 'GateNotAttached', errorMessage: 'the gate failed: defect' }]]);
  expect(events.operations).toEqual([]);
});

test('an operation that is under way runs, and what a construct wants to run', async () => {
  value = 'on';
  const open = session({ [names.deferral]: '{"s3":"RUN"}' });
  const native = nativeWith(invocation('{"$longRunningOperation":{}}'), invocation(S3, 'r-2'));
  expect((await open.next(native, [])).headers['lambda-runtime-aws-request-id']).toBe('r-1');
  expect((await open.next(native, [])).headers['lambda-runtime-aws-request-id']).toBe('r-2');
});

test('a request that always runs ends the hold at boot, and others are still held', async () => {
  value = 'on';
  const open = session({ [names.alwaysRun]: '["GET /health"]' });
  const health = (requestId: string) => invocation('{"requestContext":{"elb":{}},"httpMethod":"GET","path":"/health"}', requestId);
  const [first, second] = [health('r-2'), health('r-4')];
  const native = nativeWith(invocation(S3), first, invocation(S3, 'r-3'), second);
  await open.hold(native);
  expect(posts()).toMatchObject([['r-1/response', { maintenanceWindow: { status: 'DEFERRED' } }]]);
  expect(await open.next(native, [])).toBe(first);
  expect(await open.next(native, [])).toBe(second);
  expect(posts()).toMatchObject([
    ['r-1/response', {}],
    ['r-3/response', { maintenanceWindow: { status: 'DEFERRED' } }],
  ]);
});

test.each([
  ['RUN', 'ran'],
  ['DEFER', 'r-1/response'],
  ['FAIL', 'r-1/error'],
])('a window that is unknown: %s', async (onWindowUnknown, expected) => {
  const open = session({ [names.onWindowUnknown]: onWindowUnknown }, 'refused');
  const got = await open.next(nativeWith(invocation(S3)), []).then(
    () => 'ran',
    () => posts()[0][0],
  );
  expect(got).toBe(expected);
});

describe('right after a window', () => {
  const KEPT = { pk: 'fn#r-1', state: 'PENDING', requestId: 'r-1', envelope: { until: Date.parse('2027-01-10T06:00:00Z') } };

  beforeEach(() => {
    lastModified = Date.now();
  });

  test('the retry of an event that is kept is answered as it was', async () => {
    events.rows.put(encodeRow(KEPT) as never);
    await expect(session().next(nativeWith(invocation(S3)), [])).rejects.toBe(ENDED);
    expect(posts()).toEqual([['r-1/response', { maintenanceWindow: { status: 'DEFERRED', requestId: 'r-1', until: '2027-01-10T06:00:00.000Z' } }]]);
  });

  test('the retry of an event that is half written finishes it', async () => {
    events.rows.put(encodeRow({ ...KEPT, state: 'WRITING', writeId: 'w', chunks: 2 }) as never);
    await expect(session().next(nativeWith(invocation(S3)), [])).rejects.toBe(ENDED);
    expect(events.rows.item('fn#r-1')).toMatchObject({
      state: { S: 'PENDING' },
      abandoned: { L: [{ M: { writeId: { S: 'w' }, chunks: { N: '2' } } }] },
    });
    expect(counted).toEqual(['deferred']);
  });

  test("an event that is not kept runs, and a synchronous caller's is not even looked up", async () => {
    const open = session();
    const native = nativeWith(invocation(S3), invocation('{"version":"2.0","requestContext":{"http":{"method":"GET"}}}', 'r-2'));
    await open.next(native, []);
    expect(events.operations).toEqual(['GetItem']);
    await open.next(native, []);
    expect(events.operations).toEqual(['GetItem']);
  });

  test('when it cannot be looked up, a source that retries gets an error, and anybody else runs', async () => {
    events.fault = () => ({ status: 400, body: { __type: 'AccessDeniedException' } });
    const open = session();
    expect((await open.next(nativeWith(invocation(S3), invocation('{"own":1}', 'r-2')), [])).headers['lambda-runtime-aws-request-id']).toBe('r-2');
    expect(posts()).toMatchObject([['r-1/error', { errorType: 'DuplicateCheckFailed' }]]);
    expect(counted).toEqual(['storeFailed', 'duplicateCheckSkipped']);
  });
});

describe('a replay', () => {
  const POINTER = '{"$maintenanceReplay":{"requestId":"r-0","token":"t"}}';
  const CLAIMED = {
    pk: 'fn#r-0',
    state: 'CLAIMED',
    token: 't',
    functionKey: 'fn',
    requestId: 'r-0',
    source: 's3',
    attempt: 0,
    maxAttempt: 5,
    dispatches: 1,
    chunks: 0,
    deferredAt: 0,
    body: Buffer.from(S3),
    bodySize: S3.length,
    bodySha256: 'f1a5da5b0a5d4b5b',
    encoding: 'identity',
    envelope: { identity: '{"cognitoIdentityId":"i"}' },
  };

  beforeEach(async () => {
    const { createHash } = await import('node:crypto');
    events.rows.put(encodeRow({ ...CLAIMED, bodySha256: createHash('sha256').update(S3).digest('hex') }) as never);
  });

  const started = async (native = nativeWith(invocation(POINTER))) => {
    const open = session();
    return { native, open, got: await open.next(native, []) };
  };

  test('gets the event, its identity and a mark, under the new request id', async () => {
    const { got } = await started();
    expect(got.bodyJson).toBe(S3);
    expect(got.headers).toMatchObject({ 'lambda-runtime-aws-request-id': 'r-1', 'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"i"}' });
    expect(JSON.parse(String(got.headers['lambda-runtime-client-context']))).toMatchObject({
      custom: { maintenanceReplay: { originalRequestId: 'r-0', attempt: 1 } },
    });
  });

  test('of a batch names its messages and how often they were received', async () => {
    const { createHash } = await import('node:crypto');
    const records = ['a', 'b'].map((messageId, n) => ({ messageId, attributes: { ApproximateReceiveCount: String(n + 1) } }));
    const body = Buffer.from(JSON.stringify({ Records: records }));
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    events.rows.put(encodeRow({ ...CLAIMED, source: 'sqs', only: ['b'], body, bodySize: body.length, bodySha256 }) as never);
    const { got } = await started();
    expect(JSON.parse(String(got.headers['lambda-runtime-client-context']))).toMatchObject({
      custom: { maintenanceReplay: { messages: [{ messageId: 'b', receiveCount: 2 }] } },
    });
  });

  test('is seen among other events while nothing is on', async () => {
    const native = nativeWith(invocation('{}', 'r-2'), invocation(POINTER));
    const { open } = await started(native);
    expect((await open.next(native, [])).bodyJson).toBe(S3);
  });

  test("writes its outcome before it is answered with the handler's own result", async () => {
    const { native, open } = await started();
    let stateWhenAnswered: unknown;
    api.reply = () => {
      stateWhenAnswered = events.rows.item('fn#r-0')!.state;
      return { status: 202, body: {} };
    };
    expect(open.takes('r-1', 'result', '{"own":1}')).toBe(true);
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(stateWhenAnswered).toEqual({ S: 'DONE' });
    expect(posts()).toEqual([['r-1/response', { own: 1 }]]);
    expect([native.posted, counted]).toEqual([[], ['replayed']]);
  });

  test('whose outcome cannot be written is an error, and no success', async () => {
    const { native, open } = await started();
    events.fault = () => ({ status: 400, body: { __type: 'AccessDeniedException' } });
    open.takes('r-1', 'result', '{}');
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(posts()).toMatchObject([['r-1/error', { errorType: 'ReplayStoreFailed' }]]);
  });

  test('that lost its lease is refused', async () => {
    const { native, open } = await started();
    events.rows.put(encodeRow({ ...CLAIMED, attempt: 1, token: 'next' }) as never);
    open.takes('r-1', 'error', '{"errorType":"E"}');
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(posts()).toEqual([['r-1/response', { maintenanceReplay: { status: 'REFUSED', requestId: 'r-0' } }]]);
  });

  test('is posted once, whatever the client posts after it', async () => {
    const { native, open } = await started();
    open.takes('r-1', 'error', '{"errorType":"E"}');
    open.takes('r-1', 'result', '{}');
    expect(open.takes('r-other', 'result', '{}')).toBe(false);
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(posts()).toEqual([['r-1/response', { maintenanceReplay: { status: 'FAILED', requestId: 'r-0' } }]]);
  });

  test('whose client asks for more, though no end of its response was seen, has failed', async () => {
    const { native, open } = await started();
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(events.rows.item('fn#r-0')).toMatchObject({ state: { S: 'PENDING' }, outcome: { M: { errorType: { S: 'ResponseNotFinished' } } } });
    expect([posts(), counted]).toEqual([[], ['replayFailed']]);
  });

  test('holds up the end of the process until its outcome is written and posted', async () => {
    const exits: unknown[] = [];
    const spy = jest.spyOn(process, 'exit').mockImplementation(((code: number) => exits.push([code, api.calls.length])) as never);
    const { native, open } = await started();
    open.takes('r-1', 'error', '{"errorType":"E"}');
    process.exit(129);
    expect(exits).toEqual([]);
    await expect(open.next(native, [])).rejects.toBe(ENDED);
    expect(exits).toEqual([[129, 1]]);
    expect(process.exit).toBe(spy);
  });
});

test('a handler that cannot be loaded fails the invocation that waited for it, also one that came on the warm path', async () => {
  const native = nativeWith(invocation('{"$maintenanceReplay":{"requestId":"r-0","token":"t"}}'), invocation(S3, 'r-2'));
  const open = session();
  await open.hold(native);
  expect(open.isLoading).toBe(true);
  await open.loadingFailed('Runtime.ImportModuleError', '{"errorType":"Runtime.ImportModuleError"}');
  expect(posts()).toEqual([
    ['r-1/response', { maintenanceReplay: { status: 'REFUSED', requestId: 'r-0' } }],
    ['r-2/error', { errorType: 'Runtime.ImportModuleError' }],
  ]);
  expect(api.calls[1].headers['lambda-runtime-function-error-type']).toBe('Runtime.ImportModuleError');
});

test.each<[string, unknown]>([
  ['no body', { headers: {} }],
  ['no headers', { bodyJson: '{}' }],
  ['no request id', { bodyJson: '{}', headers: { 'lambda-runtime-deadline-ms': 1 } }],
  ['no deadline', { bodyJson: '{}', headers: { 'lambda-runtime-aws-request-id': 'r' } }],
])('an invocation of unknown shape is not run: %s', async (_, raw) => {
  value = 'on';
  await expect(session().next(nativeWith(raw as RawInvocation), [])).rejects.toMatchObject({ name: 'GateNotAttached' });
});

test('once released, every invocation passes as it is', async () => {
  value = 'on';
  const open = session();
  open.release();
  const raw = invocation(S3);
  expect(await open.next(nativeWith(raw), [])).toBe(raw);
  expect([posts(), counted]).toEqual([[], []]);
});
