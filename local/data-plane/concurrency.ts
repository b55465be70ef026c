import { DEFAULT_ACCOUNT_CONCURRENCY, HAND_OVER_MS } from './limits';
import { ServiceError } from './service-error';

/** What the limits depend on. */
export interface ConcurrencyOwner {
  /** Without a qualifier: the limit counts all versions. */
  readonly functionArn: string;
  readonly reservedConcurrency?: number | null;
}

/** Permission for one concurrent execution. */
export interface ConcurrencySlot {
  /** The runtime has answered: the slot will be free in a moment. */
  answered(): void;
  /** The environment is idle or gone. Calling it again does nothing. */
  release(): void;
}

interface Held {
  readonly pool: string;
  answered: boolean;
}

/** Reason of a throttle, as in the body of TooManyRequestsException. */
export type ThrottleReason = 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded';

/** The pool of executions that functions without a reservation share. */
const UNRESERVED = '';

/**
 * Lambda's concurrency limits: a function with reserved concurrency has its own, all others share what the reservations leave of the account's
 * (at least one, where AWS would refuse such a reservation).
 */
export class Concurrency {
  private readonly held = new Set<Held>();
  private readonly reservations = new Map<string, number>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly accountLimit: number = DEFAULT_ACCOUNT_CONCURRENCY) {}

  /** Takes a slot, or answers why there is none. */
  tryAcquire(owner: ConcurrencyOwner): ConcurrencySlot | ThrottleReason {
    const { pool, limit } = this.poolOf(owner);
    if (this.inUse(pool) >= limit) {
      return pool === UNRESERVED ? 'ConcurrentInvocationLimitExceeded' : 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    const entry: Held = { pool, answered: false };
    this.held.add(entry);
    return {
      answered: () => {
        entry.answered = true;
      },
      release: () => {
        if (this.held.delete(entry)) {
          [...this.waiting].forEach((wake) => wake());
        }
      },
    };
  }

  /** Whether a slot could be taken now. */
  hasRoom(owner: ConcurrencyOwner): boolean {
    const { pool, limit } = this.poolOf(owner);
    return this.inUse(pool) < limit;
  }

  /**
   * Takes a slot for a synchronous caller, who waits only for executions that have answered already.
   * @throws ServiceError TooManyRequestsException (429).
   */
  async acquire(owner: ConcurrencyOwner): Promise<ConcurrencySlot> {
    const end = Date.now() + HAND_OVER_MS;
    for (;;) {
      const slot = this.tryAcquire(owner);
      if (typeof slot !== 'string') {
        return slot;
      }
      const patience = end - Date.now();
      if (patience <= 0 || !this.isHandingOver(this.poolOf(owner).pool)) {
        throw throttled(slot);
      }
      await this.nextRelease(patience);
    }
  }

  /** Calls back on every release until the returned function is called. */
  onRelease(callback: () => void): () => void {
    this.waiting.add(callback);
    return () => this.waiting.delete(callback);
  }

  private poolOf({ functionArn, reservedConcurrency }: ConcurrencyOwner): { pool: string; limit: number } {
    if (reservedConcurrency !== undefined && reservedConcurrency !== null) {
      this.reservations.set(functionArn, reservedConcurrency);
      return { pool: functionArn, limit: reservedConcurrency };
    }
    this.reservations.delete(functionArn);
    const reserved = [...this.reservations.values()].reduce((sum, value) => sum + value, 0);
    return { pool: UNRESERVED, limit: Math.max(1, this.accountLimit - reserved) };
  }

  private inUse(pool: string): number {
    return [...this.held].filter((entry) => entry.pool === pool).length;
  }

  private isHandingOver(pool: string): boolean {
    return [...this.held].some((entry) => entry.pool === pool && entry.answered);
  }

  private nextRelease(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      const stop = this.onRelease(done);
    });
  }
}

export function throttled(reason: ThrottleReason): ServiceError {
  return new ServiceError(429, 'TooManyRequestsException', 'Rate Exceeded.', { Reason: reason });
}
