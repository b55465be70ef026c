import { createHash } from 'node:crypto';

import type { LambdaClient } from '@aws-sdk/client-lambda';

import { environment, metrics as names } from '../../contract/names.json';
import { configurationOf } from './configurations';
import { gateState } from './gate-state';
import type { Log } from './log';
import type { Metrics } from './metrics';
import type { TaggedFunction, TaggedFunctions } from './tagged-functions';

/** Minutes in which each function of a store is looked at once, unless that were more than so many a minute: Lambda allows 15 a second to the account. */
const ROUND = 60;
const MOST_A_MINUTE = 5;
const MINUTE = 60_000;

/**
 * Tells of functions that carry the store's tag but have lost their gate since they were deployed, by hand or by another tool: they would run in a
 * window, and nothing at synth can see it.
 *
 * What `$LATEST` has is looked at; versions never change.
 *
 * @returns how many lack it, of those whose turn it is
 * @throws Error of the tagging API
 */
export async function reportMissingGates(
  { lambda, tagged, metrics, log }: { lambda: LambdaClient; tagged: TaggedFunctions; metrics: Metrics; log: Log },
  store: string,
  now: number,
): Promise<number> {
  let missing = 0;
  for (const { functionArn, functionKey: carried } of functionsInTurn(await tagged.list(), store, now)) {
    const configuration = await configurationOf(lambda, functionArn);
    if (configuration.kind === 'gone') {
      continue; // The tagging API lists for a while what was deleted
    }
    if (configuration.kind !== 'found') {
      log('a function could not be looked at', { functionArn, reason: configuration.reason });
      continue;
    }
    const functionKey = carried ?? configuration.variables[environment.functionKey] ?? functionArn.split(':')[6];
    // Under which key its events are kept is no matter here, as long as there is one
    const state = gateState(configuration.variables, configuration.variables[environment.functionKey] ?? functionKey);
    if (state.kind !== 'there') {
      missing++;
      log('a guarded function lacks its gate', { functionArn, functionKey, reason: state.reason });
      metrics.ofFunction(functionKey, names.gateMissing, 1);
    }
  }
  return missing;
}

/** Those whose minute it is: spread evenly over a round, and each store's round begins at a minute of its own. */
export function functionsInTurn(functions: readonly TaggedFunction[], store: string, now: number): readonly TaggedFunction[] {
  const round = Math.max(ROUND, Math.ceil(functions.length / MOST_A_MINUTE));
  const offset = createHash('sha256').update(store).digest().readUInt16BE();
  const minute = (Math.floor(now / MINUTE) + offset) % round;
  const inOrder = [...functions].sort((a, b) => (a.functionArn < b.functionArn ? -1 : 1));
  return inOrder.filter((_, rank) => Math.floor((rank * round) / functions.length) === minute);
}
