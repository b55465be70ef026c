/** What a month of reading costs, from what simulated environments read. US dollars; us-east-1, without free tiers. */
import { Account } from './account';
import { inVirtualTime } from './virtual-time';

/**
 * DynamoDB on demand: a consistent read of at most 4 KB is one unit, a write of at most 1 KB too.
 *
 * Prices as of 2026-11, to be confirmed before they are quoted: https://aws.amazon.com/dynamodb/pricing/on-demand/.
 */
const READ_UNIT = 0.125 / 1e6;

const START = Date.parse('2027-01-10T00:00:00Z');
const SECOND = 1000;
/** 30 days. */
const MONTH = 30 * 86_400 * SECOND;
const HOURS = MONTH / (3600 * SECOND);
const ENVIRONMENTS = 1000;
const STARTING = 30 * SECOND;
const WARMING = 60 * SECOND;
const WATCHED = 300 * SECOND;

/** Reads of the gates, and requests of the planner, in a month. */
export interface Month {
  readonly environments: number;
  /** When every environment is invoked each second, all month. */
  readonly warm: number;
  /** When each is started anew every hour, and invoked once. */
  readonly cold: number;
  /** Of Parameter Store, and of the mirror. */
  readonly planner: { readonly parameterStore: number; readonly mirror: number };
}

export function dollars(reads: number): number {
  return reads * READ_UNIT;
}

/** A month of each number of environments: as many times what one of a thousand reads, for at these rates nobody waits for anybody. */
export async function months(seed: number, environments: readonly number[]): Promise<Month[]> {
  const warm = await watched(seed, SECOND);
  const cold = await watched(seed, Infinity);
  const aMonth = MONTH / WATCHED;
  return environments.map((number) => ({
    environments: number,
    warm: (warm.gates.watched / ENVIRONMENTS) * number * aMonth,
    cold: (cold.gates.starting / ENVIRONMENTS) * number * HOURS,
    planner: { parameterStore: warm.planner.parameterStore * aMonth, mirror: warm.planner.mirror * aMonth },
  }));
}

/** Reads of the mirror while environments start and while they are watched, and requests of the planner while that. */
interface Watched {
  readonly gates: { readonly starting: number; readonly watched: number };
  readonly planner: { readonly parameterStore: number; readonly mirror: number };
}

/** @param period milliseconds between an environment's invocations; Infinity: there is one */
function watched(seed: number, period: number): Promise<Watched> {
  return inVirtualTime(START, seed, async (time) => {
    const account = new Account(time, 'MIRROR', { value: 'auto', version: 1 });
    account.begin();
    const from = START + STARTING + WARMING;
    const end = from + WATCHED;
    account.fleet.begin({ environments: ENVIRONMENTS, from: 0, within: STARTING }, Math.min(period, 2 * WATCHED), end);
    await time.runUntil(end);
    const { mirror, parameterStore } = account;
    return {
      gates: { starting: mirror.requests('gates').between(START, from), watched: mirror.requests('gates').between(from, end) },
      planner: { parameterStore: parameterStore.requests('planner').between(from, end), mirror: mirror.requests('planner').between(from, end) },
    };
  });
}
