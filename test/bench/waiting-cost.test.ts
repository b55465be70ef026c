import { ownCost, peerCost, peerLatency } from '../../bench/custom-resources/waiting-cost';

const MINUTE = 60;

test('an execution that sleeps costs its memory over time and one request for each execution', () => {
  expect(ownCost(10 * MINUTE, 0.125)).toBeCloseTo(0.00125, 5);
  expect(ownCost(55 * MINUTE, 0.125)).toBeCloseTo(0.006875, 5);
  expect(ownCost(871) - ownCost(870)).toBeCloseTo(0.2 / 1e6 + 0.25 * 0.0000166667, 12);
});

test('a state machine costs a transition and two invocations for each poll', () => {
  expect(peerCost(10 * MINUTE, 5)).toBeCloseTo(0.0032, 5);
  expect(peerCost(55 * MINUTE, 5)).toBeCloseTo(0.0175, 4);
  expect(peerCost(10 * MINUTE, 60)).toBeCloseTo(0.0003, 4);
});

test('an answer waits for half an interval, and for the poll', () => {
  expect(peerLatency(5)).toBeCloseTo(2.95);
  expect(peerLatency(60)).toBeCloseTo(30.45);
});
