import { inVirtualTime } from '../../../bench/fleet/virtual-time';

const START = Date.parse('2027-01-10T00:00:00Z');

test('an hour passes at once, for code that knows nothing of it too', async () => {
  const woken = await inVirtualTime(START, 1, async (time) => {
    const moments: number[] = [];
    time.begin(async () => {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 1_200_000));
        moments.push(Date.now() - START);
      }
    });
    await time.runUntil(START + 3_600_001);
    return moments;
  });
  expect(woken).toEqual([1_200_000, 2_400_000, 3_600_000]);
});

test('what an activity throws ends the simulation', async () => {
  const run = inVirtualTime(START, 1, async (time) => {
    time.begin(async () => {
      await time.sleep(10);
      throw new Error('a defect');
    });
    await time.runUntil(START + 1000);
  });
  await expect(run).rejects.toThrow('a defect');
});

test('a signal with a time limit aborts in virtual time', async () => {
  const aborted = await inVirtualTime(START, 1, async (time) => {
    const signal = AbortSignal.timeout(5000);
    await time.runUntil(START + 4999);
    const early = signal.aborted;
    await time.runUntil(START + 5001);
    return [early, signal.aborted, (signal.reason as Error).name];
  });
  expect(aborted).toEqual([false, true, 'TimeoutError']);
});

test('chance has a seed, of code under test too', async () => {
  const draw = (seed: number) => inVirtualTime(START, seed, async (time) => [time.random(), time.random(), Math.random()]);
  expect(await draw(1)).toEqual(await draw(1));
  expect(await draw(1)).not.toEqual(await draw(2));
});

test('time, chance and signals are the real ones afterwards, after a failure too', async () => {
  const real = [setTimeout, Date, Math.random, AbortSignal.timeout];
  const failed = inVirtualTime(START, 1, async () => {
    throw new Error('a defect');
  });
  await expect(failed).rejects.toThrow('a defect');
  expect([setTimeout, Date, Math.random, AbortSignal.timeout]).toEqual(real);
});
