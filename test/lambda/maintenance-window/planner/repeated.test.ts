import { type Patience, repeated } from '../../../../lambda/maintenance-window/planner/repeated';
import { refusal } from './mirror-world';

function patience(changes: Partial<Patience> = {}): Patience & { readonly pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    clock: {
      now: () => now,
      sleep: (milliseconds) => {
        pauses.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
      alarm: () => new Promise(() => undefined),
    },
    random: () => 1,
    until: 30_000,
    ...changes,
  };
}

const failing = (error: Error) => {
  let attempts = 0;
  return {
    call: () => Promise.reject(error),
    get attempts() {
      return attempts;
    },
    counted: () => {
      attempts++;
      return Promise.reject(error);
    },
  };
};

test.each([
  refusal('ThrottlingException'),
  refusal('ProvisionedThroughputExceededException'),
  refusal('InternalServerError', 500),
  new Error('socket hang up'),
])('%s is tried again with doubling pauses until time is up', async (error) => {
  const given = patience();
  const calls = failing(error);
  await expect(repeated(calls.counted, given)).rejects.toBe(error);
  expect(given.pauses).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
  expect(calls.attempts).toBe(9);
});

test('half of each pause is jitter', async () => {
  const given = patience({ random: () => 0, until: 1_000 });
  await expect(repeated(failing(new Error('x')).call, given)).rejects.toThrow('x');
  expect(given.pauses).toEqual([250, 500]);
});

test('a refusal is not tried again', async () => {
  const calls = failing(refusal('ValidationException'));
  await expect(repeated(calls.counted, patience())).rejects.toThrow('ValidationException');
  expect(calls.attempts).toBe(1);
});

test('an attempt that is not answered ends by itself, and is a failure of its own', async () => {
  const silent = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
  await expect(repeated(silent, patience({ longestAttempt: 20, until: 400 }))).rejects.toThrow('no answer within 20 ms');
});

test('no attempt begins after the signal', async () => {
  const abort = new AbortController();
  const calls = failing(new Error('x'));
  abort.abort();
  await expect(repeated(calls.counted, patience({ signal: abort.signal }))).rejects.toThrow('x');
  expect(calls.attempts).toBe(1);
});
