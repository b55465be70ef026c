import { complaints, holds, judge, verdictLine } from '../../demo/verdict';
import { execution, sentEvent } from './sample';

test('everything that was accepted and ran once with its own bytes holds', () => {
  const verdict = judge([sentEvent(0), sentEvent(1), sentEvent(2, { refused: true })], [execution(0), execution(1, { replayed: true })]);

  expect(verdictLine(verdict)).toBe('sent 3, refused 1, ran once 2, lost 0, twice 0');
  expect(holds(verdict)).toBe(true);
  expect(complaints(verdict)).toEqual([]);
});

test('an event that never ran is lost', () => {
  const verdict = judge([sentEvent(0), sentEvent(1)], [execution(0)]);

  expect(verdictLine(verdict)).toBe('sent 2, refused 0, ran once 1, lost 1, twice 0');
  expect(holds(verdict)).toBe(false);
  expect(complaints(verdict)).toEqual(['lost: order-1']);
});

test('an event that ran twice is told', () => {
  const verdict = judge([sentEvent(0)], [execution(0, { executions: 2 })]);

  expect(verdictLine(verdict)).toBe('sent 1, refused 0, ran once 0, lost 0, twice 1');
  expect(holds(verdict)).toBe(false);
});

test('an event that ran with other bytes does not count as run', () => {
  const verdict = judge([sentEvent(0)], [execution(0, { digests: ['other'] })]);

  expect(verdict.ranOnce).toBe(0);
  expect(complaints(verdict)).toEqual(['ran with other bytes: order-0']);
  expect(holds(verdict)).toBe(false);
});

test('an event that was refused and ran all the same is unexpected, and so is one that nobody sent', () => {
  const verdict = judge([sentEvent(0, { refused: true })], [execution(0), execution(7)]);

  expect(verdict.unexpected).toEqual(['order-0', 'order-7']);
  expect(holds(verdict)).toBe(false);
});

test('a demo that sent nothing proves nothing', () => {
  expect(holds(judge([], []))).toBe(false);
});

test('at most ten ids of a kind are named', () => {
  const verdict = judge(
    Array.from({ length: 12 }, (_, n) => sentEvent(n)),
    [],
  );

  expect(complaints(verdict)[0]).toMatch(/order-9 and 2 more$/);
});
