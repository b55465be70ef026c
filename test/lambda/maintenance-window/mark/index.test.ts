import { withMark } from '../../../../lambda/maintenance-window/gate/nodejs/replay/mark';
import { replayOf } from '../../../../lambda/maintenance-window/mark';

const ROW = { requestId: 'r-1', deferredAt: Date.UTC(2027, 0, 10, 2, 13, 54, 120), attempt: 2, run: 'run-1' };
const MARK = { originalRequestId: 'r-1', deferredAt: '2027-01-10T02:13:54.120Z', attempt: 2, run: 'run-1' };

/** The context that AWS's client makes of the client context's text. */
const context = (text: string) => ({ awsRequestId: 'r-2', clientContext: JSON.parse(text) as unknown });

test('the mark of a replay is what the gate wrote', () => {
  expect(replayOf(context(withMark(undefined, ROW)))).toEqual(MARK);
  expect(replayOf(context(withMark('{"client":{},"custom":{"own":1}}', { ...ROW, run: undefined })))).toEqual({ ...MARK, run: null });
});

test('of a batch of SQS the mark has its messages', () => {
  const messages = [{ messageId: 'm', receiveCount: 2 }];
  expect(replayOf(context(withMark(undefined, ROW, messages)))?.messages).toEqual(messages);
});

test.each<[string, unknown]>([
  ['no client context', undefined],
  ['a client context of the caller', { custom: { own: 1 }, client: {} }],
  ['a client context without custom', {}],
  ['a client context that is not an object', 'text'],
  ['null in its place', { custom: null }],
  ['a mark that is not an object', { custom: { maintenanceReplay: true } }],
])('an invocation with %s is no replay', (_, clientContext) => {
  expect(replayOf({ clientContext })).toBeUndefined();
});
