import { setTimeout as sleep } from 'node:timers/promises';

/** Seconds. A limit, not an expectation: a busy machine may take its time. */
const PATIENCE = 100;

/** Asks again every half second until the answer is right; tells the last one when it never was. */
export async function eventually<T>(ask: () => Promise<T>, right: (answer: T) => boolean, seconds = PATIENCE): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (right(answer)) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${seconds} s; the last answer was ${JSON.stringify(answer)?.slice(-2000)}`);
    }
    await sleep(500);
  }
}
