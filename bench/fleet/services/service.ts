/** What all simulated services have: a way there and back, errors in AWS's shape, troubles, and a ledger of who asked. */
import { exponential } from '../random';
import { Timeline } from '../timeline';
import type { VirtualTime } from '../virtual-time';

export const CALLERS = ['gates', 'planner', 'operator', 'others'] as const;
export type Caller = (typeof CALLERS)[number];

/** Refuses everything, fails at everything, or says nothing at all. */
export type Trouble = 'throttled' | 'failing' | 'silent';

/** An error as the SDK would throw it. */
export class ServiceError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  /** @param code what the service names its error */
  constructor(code: string, message: string, status: number) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}

/** No answer came within the caller's patience. */
export class NoAnswer extends Error {}

/** Milliseconds each way: the least, the mean of what comes on top, and how often how much more. */
const LEAST_WAY = 1;
const MEAN_MORE = 1.5;
const SLOW_SHARE = 0.001;
const MOST_SLOW = 300;

/** One service of the account. */
export abstract class Service {
  trouble: Trouble | undefined;
  private readonly asked: Record<Caller, Timeline>;
  private readonly refused: Record<Caller, Timeline>;

  constructor(protected readonly time: VirtualTime) {
    const forEach = () => Object.fromEntries(CALLERS.map((caller) => [caller, new Timeline(time.now())])) as Record<Caller, Timeline>;
    this.asked = forEach();
    this.refused = forEach();
  }

  /** Requests that arrived, the refused ones included. */
  requests(caller: Caller): Timeline {
    return this.asked[caller];
  }

  /** Of them those that found no quota left. */
  refusals(caller: Caller): Timeline {
    return this.refused[caller];
  }

  /**
   * One request and its answer.
   *
   * @param serve what the service does, once the request has arrived
   * @param patience milliseconds
   * @throws ServiceError, also from `serve`
   * @throws NoAnswer
   */
  protected async exchange<T>(caller: Caller, isWithinQuota: () => boolean, serve: () => T, patience = Infinity): Promise<T> {
    const there = this.way();
    const back = this.way();
    await this.time.sleep(there);
    this.asked[caller].add(this.time.now());
    let answer: () => T;
    try {
      const result = this.served(caller, isWithinQuota, serve);
      answer = () => result;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    if (this.trouble === 'silent' || there + back > patience) {
      await this.time.sleep(Math.max(0, patience - there));
      throw new NoAnswer(`no answer within ${Math.round(patience)} ms`);
    }
    await this.time.sleep(back);
    return answer();
  }

  /** What a caller hears when there is no quota left. */
  protected abstract throttle(): ServiceError;

  private served<T>(caller: Caller, isWithinQuota: () => boolean, serve: () => T): T {
    if (this.trouble === 'failing' || this.trouble === 'silent') {
      throw new ServiceError('InternalServerError', 'the service has failed', 500);
    }
    if (this.trouble === 'throttled' || !isWithinQuota()) {
      this.refused[caller].add(this.time.now());
      throw this.throttle();
    }
    return serve();
  }

  private way(): number {
    const { random } = this.time;
    const slow = random() < SLOW_SHARE ? random() * MOST_SLOW : 0;
    return LEAST_WAY + exponential(random, MEAN_MORE) + slow;
  }
}
