import type { BacklogRow } from '../../../../lambda/maintenance-window/replayer/row';
import { NewestTicks, type Tick } from '../../../../lambda/maintenance-window/replayer/ticks';

const tick = (requestId: string, deferredAt: number, rule = 'r', functionArn = 'arn'): Tick => {
  return { row: { id: `k#${requestId}`, functionKey: 'k', requestId, deferredAt, rule } as BacklogRow, functionArn, hasChunks: false };
};
const meet = (...all: readonly Tick[]) => {
  const ticks = new NewestTicks();
  const superseded = all.flatMap((each) => ticks.meet(each) ?? []);
  return {
    newest: ticks.all.map(({ row }) => row.requestId),
    superseded: superseded.map(({ tick: { row }, by }) => [row.requestId, by.row.requestId]),
  };
};

test('whichever is read first, the newest stands for all', () => {
  expect(meet(tick('a', 1), tick('b', 2), tick('c', 3))).toEqual({
    newest: ['c'],
    superseded: [
      ['a', 'b'],
      ['b', 'c'],
    ],
  });
  expect(meet(tick('c', 3), tick('a', 1), tick('b', 2))).toEqual({
    newest: ['c'],
    superseded: [
      ['a', 'c'],
      ['b', 'c'],
    ],
  });
});

test('of two at the same moment every replayer takes the same one', () => {
  expect(meet(tick('a', 1), tick('b', 1)).newest).toEqual(['b']);
  expect(meet(tick('b', 1), tick('a', 1)).newest).toEqual(['b']);
});

test('rules and aliases are told apart', () => {
  expect(meet(tick('a', 1), tick('b', 2, 'other'), tick('c', 3, 'r', 'arn:live')).superseded).toEqual([]);
});

test('a tick that the index lists twice does not stand aside for itself', () => {
  expect(meet(tick('a', 1), tick('a', 1))).toEqual({ newest: ['a'], superseded: [] });
});
