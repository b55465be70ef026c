import { DeferredEventStore, Replay } from '../../../src';
import { newStack } from './app';

const storeWith = (replay: Replay) => new DeferredEventStore(newStack(), 'Store', { replay });

test.each([0, -1, 1.5, NaN, Infinity])('maxConcurrency %p is refused', (maxConcurrency) => {
  const message = `'Orders/Store': maxConcurrency of its Replay must be a whole number above 0, got ${maxConcurrency}`;
  expect(() => storeWith(Replay.automatic({ maxConcurrency }))).toThrow(message);
  expect(() => storeWith(Replay.manual({ maxConcurrency }))).toThrow(message);
});

test.each([0, -0.5, NaN, Infinity])('rate %p is refused', (rate) => {
  expect(() => storeWith(Replay.manual({ rate }))).toThrow(`'Orders/Store': rate of its Replay must be a number above 0, got ${rate}`);
});
