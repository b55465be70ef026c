/** Where a reading of the window comes from: the mirror, and Parameter Store when the mirror can't say. */
import type { AwsClient, JsonObject } from '../../../../aws/nodejs/client';
import { mirrorReadBudget, mirrorStaleAfter } from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import { type MirrorReading, readMirror } from './mirror';
import { readParameters } from './parameters';
import { ReadFailed, type Reading } from './reading';
import type { Settings } from './settings';
import { iso } from './times';

/**
 * Reads the window.
 *
 * @param budget milliseconds for all attempts
 * @throws ReadFailed
 */
export async function readWindow(client: AwsClient, settings: Settings, budget: number): Promise<Reading> {
  const until = client.clock() + budget;
  const fromParameterStore = () => readParameters(settings, (input) => client.call('ssm', 'GetParameters', input, until));
  const table = settings.mirrorTable;
  if (table === undefined) {
    return fromParameterStore();
  }
  let mirrored: MirrorReading;
  try {
    const { share, least } = mirrorReadBudget;
    mirrored = await readMirror(client, table, settings, until - budget + Math.max(share * budget, Math.min(least, budget)));
  } catch (error) {
    if (client.clock() >= until) {
      throw error;
    }
    return withCause(fromParameterStore, reasonOf(error));
  }
  return client.clock() - mirrored.checkedAt > mirrorStaleAfter.value ? checked(client, settings, mirrored, until) : mirrored;
}

/** Asks Parameter Store once, for many environments share its quota and the mirror's value counts on without it. */
async function checked(client: AwsClient, settings: Settings, mirrored: MirrorReading, until: number): Promise<Reading> {
  const once = (input: JsonObject) => client.callOnce('ssm', 'GetParameters', input, until - client.clock());
  try {
    return await readParameters(settings, once);
  } catch (error) {
    return { ...mirrored, stale: `the mirror was last checked at ${iso(mirrored.checkedAt)}, and ${reasonOf(error)}` };
  }
}

async function withCause<T>(read: () => Promise<T>, cause: string): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new ReadFailed(`${cause}; ${reasonOf(error)}`, { cause: error });
  }
}
