/**
 * The clients that the scenarios of the seam run with: a sample of each language. With CLIENTS=all, every pinned client of Python on one
 * interpreter; with names of runtimes in it, `python3.12,nodejs22.x`, every client on each of those, which is what `npm run matrix` sets.
 */
import { clientVersions, RUNTIME_NAMES, type RuntimeFamily } from '../../../local/sandbox/runtimes';
import type { Release } from './language';

const ALL = 'all';
const ASKED = (process.env.CLIENTS ?? '').split(',').filter((name) => name !== '' && name !== ALL);

/** Whether runtimes are named: what else is a sample then runs with every client too. */
export const BY_RUNTIME = ASKED.length > 0;

export function releasesOf(family: RuntimeFamily, sample: readonly Release[]): readonly Release[] {
  if (BY_RUNTIME) {
    return asked()
      .filter((runtime) => runtime.startsWith(family))
      .flatMap(everyClient);
  }
  return family === 'python' && process.env.CLIENTS === ALL ? everyClient(sample[sample.length - 1].runtime) : sample;
}

function everyClient(runtime: string): Release[] {
  return clientVersions(runtime).map((client) => ({ runtime, client }));
}

/** @throws Error naming what is not a runtime */
function asked(): readonly string[] {
  const unknown = ASKED.filter((name) => !RUNTIME_NAMES.includes(name));
  if (unknown.length > 0) {
    throw new Error(`CLIENTS names '${unknown.join("', '")}': expected ${ALL}, or some of ${RUNTIME_NAMES.join(', ')} with commas between`);
  }
  return ASKED;
}
