/** PutEvents: entries that EventBridge takes reach the rules that match; those that it refuses are told of one by one. */
import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';

import { Harness } from './harness';

let bed: Harness;
let events: EventBridgeClient;

beforeAll(async () => {
  bed = await Harness.open();
  events = new EventBridgeClient(bed.clientConfig);
  await events.send(new PutRuleCommand({ Name: 'shop', EventPattern: JSON.stringify({ 'source': ['shop'], 'detail-type': ['Sold', 'Lost'] }) }));
  await events.send(new PutTargetsCommand({ Rule: 'shop', Targets: [{ Id: 't', Arn: await bed.createFunction('listener') }] }));
}, 300_000);
afterAll(() => bed?.close());

const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({ Source: 'shop', DetailType: 'Sold', Detail: '{}', ...more });
const put = (...Entries: PutEventsRequestEntry[]) => events.send(new PutEventsCommand({ Entries }));

it.each([
  ['without a source', { Source: undefined }, 'InvalidArgument'],
  ['without a detail type', { DetailType: undefined }, 'InvalidArgument'],
  ['without a detail', { Detail: undefined }, 'InvalidArgument'],
  ['whose detail is not JSON', { Detail: '{sold: 1}' }, 'MalformedDetail'],
  ['whose detail is not an object', { Detail: '[1]' }, 'MalformedDetail'],
  ["of one of AWS's own sources", { Source: 'aws.ssm' }, 'NotAuthorizedForSourceException'],
])('an entry %s fails in its place, and the others are taken', async (what, more, ErrorCode) => {
  const detail = (nr: number) => JSON.stringify({ what, nr });
  const answer = await put(entry({ Detail: detail(1) }), entry(more), entry({ Detail: detail(2) }));
  expect(answer.FailedEntryCount).toBe(1);
  expect(answer.Entries).toEqual([{ EventId: expect.any(String) }, { ErrorCode, ErrorMessage: expect.any(String) }, { EventId: expect.any(String) }]);
  for (const [nr, index] of [
    [1, 0],
    [2, 2],
  ]) {
    const { event } = await bed.recorder.next((handed) => handed.event.detail.what === what && handed.event.detail.nr === nr);
    expect(event.id).toBe(answer.Entries![index].EventId);
  }
});

it('entries that all fail are all told of', async () => {
  const { FailedEntryCount, Entries } = await put(entry({ Detail: '' }), entry({ Detail: 'x' }));
  expect(FailedEntryCount).toBe(2);
  expect(Entries!.map(({ ErrorCode }) => ErrorCode)).toEqual(['InvalidArgument', 'MalformedDetail']);
});

it.each([0, 11])('%i entries are refused as a whole', async (count) => {
  await expect(put(...Array.from({ length: count }, () => entry()))).rejects.toMatchObject({ name: 'ValidationException' });
});

it("an event reaches the rules that match its source and detail type, and no others'", async () => {
  await put(
    entry({ Source: 'shop.other', Detail: '{"nr":31}' }),
    entry({ DetailType: 'Found', Detail: '{"nr":32}' }),
    entry({ Detail: '{"nr":33}' }),
  );
  const { event, mode } = await bed.recorder.next((handed) => handed.event.detail.nr === 33);
  expect(event).toMatchObject({ 'source': 'shop', 'detail-type': 'Sold', 'resources': [] });
  expect(mode).toBe('Event');
  expect(bed.recorder.handed.filter((handed) => [31, 32].includes(handed.event.detail.nr))).toEqual([]);
});
