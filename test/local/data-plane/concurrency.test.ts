import { Concurrency, type ConcurrencySlot } from '../../../local/data-plane/concurrency';

const take = (concurrency: Concurrency, functionArn: string, reservedConcurrency?: number): ConcurrencySlot => {
  const slot = concurrency.tryAcquire({ functionArn, reservedConcurrency });
  if (typeof slot === 'string') {
    throw new Error(slot);
  }
  return slot;
};

test('functions without a reservation share the limit of the account', () => {
  const concurrency = new Concurrency(2);
  const first = take(concurrency, 'a');
  take(concurrency, 'b');
  expect(concurrency.tryAcquire({ functionArn: 'c' })).toBe('ConcurrentInvocationLimitExceeded');
  first.release();
  expect(concurrency.hasRoom({ functionArn: 'c' })).toBe(true);
  take(concurrency, 'c');
});

test("a reservation is its function's own, and is taken from what the others share", () => {
  const concurrency = new Concurrency(3);
  take(concurrency, 'own', 2);
  take(concurrency, 'own', 2);
  expect(concurrency.tryAcquire({ functionArn: 'own', reservedConcurrency: 2 })).toBe('ReservedFunctionConcurrentInvocationLimitExceeded');
  take(concurrency, 'other');
  expect(concurrency.tryAcquire({ functionArn: 'another' })).toBe('ConcurrentInvocationLimitExceeded');
});

test('a reservation that is taken back counts no more', () => {
  const concurrency = new Concurrency(2);
  take(concurrency, 'own', 1).release();
  take(concurrency, 'own').release();
  take(concurrency, 'a');
  take(concurrency, 'b');
});

test('reservations of everything leave one execution to the others', () => {
  const concurrency = new Concurrency(2);
  take(concurrency, 'own', 2);
  take(concurrency, 'other');
});

test('releasing a slot twice frees one', () => {
  const concurrency = new Concurrency(1);
  const slot = take(concurrency, 'a');
  slot.release();
  take(concurrency, 'a');
  slot.release();
  expect(concurrency.hasRoom({ functionArn: 'a' })).toBe(false);
});

test('a synchronous caller is throttled at once while executions run', async () => {
  const concurrency = new Concurrency(1);
  const slot = take(concurrency, 'a');
  const refused = concurrency.acquire({ functionArn: 'a' });
  slot.release();
  await expect(refused).rejects.toMatchObject({
    status: 429,
    code: 'TooManyRequestsException',
    message: 'Rate Exceeded.',
    details: { Reason: 'ConcurrentInvocationLimitExceeded' },
  });
});

test('a synchronous caller waits for an execution that has answered, but not for ever', async () => {
  const concurrency = new Concurrency(1);
  const slot = take(concurrency, 'a');
  slot.answered();
  const waiting = concurrency.acquire({ functionArn: 'a' });
  slot.release();
  const next = await waiting;
  next.answered();
  await expect(concurrency.acquire({ functionArn: 'a' })).rejects.toMatchObject({ status: 429 });
});

test('every release is announced until nobody listens', () => {
  const concurrency = new Concurrency(1);
  let releases = 0;
  const stop = concurrency.onRelease(() => (releases += 1));
  take(concurrency, 'a').release();
  stop();
  take(concurrency, 'a').release();
  expect(releases).toBe(1);
});
