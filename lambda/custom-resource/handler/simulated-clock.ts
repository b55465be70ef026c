import type { Clock } from './clock';

interface Timer {
  readonly at: number;
  readonly isSleep: boolean;
  readonly fire: () => void;
}

/**
 * Time that jumps over sleep. While a handler's code runs, so that nothing sleeps, time passes as it does outside;
 * code that does not settle within the patience is taken to hang, and time jumps to what ends it.
 */
export class SimulatedClock implements Clock {
  readonly #timers = new Set<Timer>();
  #jumped = 0;
  #turning = false;
  #patience?: NodeJS.Timeout;

  /**
   * @param start epoch milliseconds
   * @param patience milliseconds of real time
   */
  constructor(private readonly start = Date.now(), private readonly patience = 1000, private readonly real: () => number = () => performance.now()) {
    this.#realStart = this.real();
  }

  readonly #realStart: number;

  now(): number {
    return Math.round(this.start + this.#jumped + (this.patience === 0 ? 0 : this.real() - this.#realStart));
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#timer(milliseconds, true, signal);
  }

  alarm(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return this.#timer(milliseconds, false, signal);
  }

  #timer(milliseconds: number, isSleep: boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const timer: Timer = {
        at: this.now() + Math.max(0, milliseconds),
        isSleep,
        fire: () => {
          this.#timers.delete(timer);
          signal?.removeEventListener('abort', timer.fire);
          resolve();
          this.#turn();
        },
      };
      this.#timers.add(timer);
      signal?.addEventListener('abort', timer.fire, { once: true });
      this.#turn();
    });
  }

  /** After everything that can run now has run, lets time go on. */
  #turn(): void {
    clearTimeout(this.#patience);
    if (!this.#turning) {
      this.#turning = true;
      setImmediate(() => setImmediate(() => {
        this.#turning = false;
        this.#goOn();
      }));
    }
  }

  #goOn(): void {
    const next = [...this.#timers].reduce<Timer | undefined>((first, timer) => first && first.at <= timer.at ? first : timer, undefined);
    if (!next) {
      return;
    }
    if ([...this.#timers].some((timer) => timer.isSleep) || this.patience === 0) {
      this.#jump(next);
      return;
    }
    const wait = Math.min(this.patience, Math.max(0, next.at - this.now()));
    this.#patience = setTimeout(() => this.#jump(next), wait);
  }

  #jump(timer: Timer): void {
    this.#jumped += Math.max(0, timer.at - this.now());
    timer.fire();
  }
}
