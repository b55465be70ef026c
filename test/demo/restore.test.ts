import { Restore } from '../../demo/restore';
import type { Bed } from '../../local/bed';

const TABLE = 'Restore-Orders';
const FUNCTION = 'Restore-Function';

const request = (RequestType: string, RequestId: string) => ({
  RequestType,
  RequestId,
  ResourceType: 'Custom::Restore',
  ResponseURL: `http://127.0.0.1:1/answers/${RequestId}?signature=s`,
  ResourceProperties: { Table: TABLE },
});
const invocation = (payload: object, start: number, more: object = {}) => ({
  functionName: FUNCTION,
  door: 'invoke',
  received: start - 5,
  start,
  end: start + 10,
  payload: Buffer.from(JSON.stringify(payload)),
  ...more,
});
const put = (path: string, time: number, body: string) => ({
  method: 'PUT',
  path,
  time,
  durationMs: 1,
  status: 200,
  functionName: null,
  body: Buffer.from(body),
});
const write = (time: number, more: object = {}) => ({
  method: 'POST',
  action: 'dynamodb:BatchWriteItem',
  functionName: FUNCTION,
  status: 200,
  time,
  durationMs: 2,
  ...more,
});

function bedWith(invocations: object[], requests: object[], deployment: Promise<unknown> = Promise.resolve({})): Bed {
  return { invocations: () => invocations, requests: () => requests, deploy: () => deployment } as unknown as Bed;
}

const restore = (...parts: Parameters<typeof bedWith>) => new Restore(bedWith(...parts), { command: 'app', cwd: '.' });

test('nothing is told of an operation that was not asked for', () => {
  expect(
    restore([invocation({ RequestType: 'Create', ResourceType: 'Custom::Other' }, 100, { door: 'cloudformation' })], []).operation(),
  ).toBeUndefined();
});

test('the creation is told apart from everything else that its function and CloudFormation do', () => {
  const operation = restore(
    [
      invocation(request('Create', 'r-1'), 100, { door: 'cloudformation' }),
      invocation({ envelope: { request: request('Create', 'r-1') } }, 200),
      invocation({ envelope: { request: request('Create', 'r-1') } }, 300, { start: undefined, end: undefined }),
      invocation({ requestPayload: request('Create', 'r-1') }, 400, { functionName: 'Restore-Responder' }),
      invocation(request('Delete', 'r-2'), 500, { door: 'cloudformation' }),
    ],
    [
      write(150),
      write(160, { functionName: 'another' }),
      write(170, { status: 400 }),
      put('/answers/r-1', 305, '{"Status":"SUCCESS"}'),
      put('/answers/r-2', 505, '{"Status":"SUCCESS"}'),
      put('/answers/r-1', 405, '{"Status":"FAILED","Reason":"late"}'),
      put('/answers/r-1', 406, 'no JSON'),
    ],
  ).operation();

  expect(operation).toEqual({
    startedAt: 95,
    hops: [
      { startedAt: 100, endedAt: 110 },
      { startedAt: 200, endedAt: 210 },
    ],
    polls: [152],
    answers: [
      { at: 305, status: 'SUCCESS' },
      { at: 405, status: 'FAILED', reason: 'late' },
      { at: 406, status: 'something that is not an answer' },
    ],
  });
});

test("a deployment that fails before the resource's turn fails the demo with its own error", async () => {
  await expect(restore([], [], Promise.reject(new Error('no such table'))).finished()).rejects.toThrow('no such table');
  await expect(restore([], []).finished()).rejects.toThrow('never asked for');
});

test("a deployment that fails over the resource's answer is told by the answer", async () => {
  const bed = [
    [invocation(request('Create', 'r-1'), 100, { door: 'cloudformation' })],
    [put('/answers/r-1', 105, '{"Status":"FAILED","Reason":"oops"}')],
  ] as const;

  expect((await restore([...bed[0]], [...bed[1]], Promise.reject(new Error('ROLLBACK_COMPLETE'))).finished()).answers).toEqual([
    { at: 105, status: 'FAILED', reason: 'oops' },
  ]);
});
