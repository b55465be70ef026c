import { target, to, vectors, writeId } from '../../../../lambda/contract/maintenance-window/redirect.vectors.json';
import { updateInput } from '../../../../lambda/maintenance-window/replayer/change';
import { completed, redirectedRow, takenOver, unfinishedRow } from '../../../../lambda/maintenance-window/replayer/redirected-row';
import { type Item, readRow } from '../../../../lambda/maintenance-window/replayer/row';
import { holds, updated } from '../state-machine/expressions';

const NOW = Date.parse('2027-02-01T06:00:00Z');
const [inline, chunked] = vectors.map(({ old, redirected }) => ({ old: old as unknown as Item, redirected: redirected as unknown as Item }));

const wholeOf = (old: Item) => redirectedRow(old, readRow(old), to, { accepted: true, ...target });

/** The row after a change, or null when its condition does not hold. */
function after(change: Parameters<typeof updateInput>[0], item: Item): Item | null {
  const input = updateInput(change);
  return holds(input.ConditionExpression, item, input) ? updated(input.UpdateExpression, item, input) : null;
}

test('a body in the header moves with its row', () => {
  expect(wholeOf(inline.old)).toEqual(inline.redirected);
});

describe('a body in chunks', () => {
  const whole = wholeOf(chunked.old);
  const unfinished = unfinishedRow(whole, { writeId, chunks: 2, now: NOW });

  test('is there with the last step, and the row is as old as the event', () => {
    expect(after(completed(whole, writeId), unfinished)).toEqual(chunked.redirected);
  });

  test('is unfinished till then: nothing runs it, and its age is that of the copy', () => {
    expect(unfinished).toMatchObject({
      state: { S: 'WRITING' },
      bpk: { S: 'writing#11' },
      deferredAt: { N: String(NOW) },
      bsk: { S: `bills#${NOW}#${chunked.old.requestId.S}` },
    });
  });

  test('is not there by the last step of one who was taken over, nor twice', () => {
    expect(after(completed(whole, 'another'), unfinished)).toBeNull();
    expect(after(completed(whole, writeId), chunked.redirected)).toBeNull();
  });

  test('of which an earlier redirect left a part is written anew, and every earlier writer is named', () => {
    const first = takenOver(unfinishedRow(whole, { writeId: 'w-2', chunks: 2, now: NOW }), unfinished).item;
    const { item, condition } = takenOver(unfinishedRow(whole, { writeId: 'w-3', chunks: 2, now: NOW + 1 }), first);
    expect(condition).toEqual({ when: '#state = :writing AND #writeId = :earlier', values: { writing: 'WRITING', earlier: 'w-2' } });
    const writer = (name: string) => ({ M: { writeId: { S: name }, chunks: { N: '2' } } });
    expect(item).toEqual({
      ...unfinishedRow(whole, { writeId: 'w-3', chunks: 2, now: NOW + 1 }),
      abandoned: { L: [writer('w-new'), writer('w-2')] },
    });
  });
});
