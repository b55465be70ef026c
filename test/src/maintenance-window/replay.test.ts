import { Replay } from '../../../src';

test.each([0, -1, 1.5, NaN, Infinity])('maxConcurrency %p is refused', (maxConcurrency) => {
  expect(() => Replay.automatic({ maxConcurrency })).toThrow(`maxConcurrency must be a whole number above 0, got ${maxConcurrency}`);
  expect(() => Replay.manual({ maxConcurrency })).toThrow('maxConcurrency');
});

test.each([0, -0.5, NaN, Infinity])('rate %p is refused', (rate) => {
  expect(() => Replay.manual({ rate })).toThrow(`rate must be a number above 0, got ${rate}`);
});
