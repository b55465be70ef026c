/** Where a reading of the window comes from: the mirror, and Parameter Store when the mirror can't say. */
import type { AwsClient, JsonObject } from '../../../../aws/nodejs/client';
import { mirrorReadBudget, mirrorStaleAfter } from '../../../../contract/maintenance-window/timing.json';
import { reasonOf } from '../../../../thrown';
import { type MirrorReading, readMirror } from './mirror';
import { readParameters } from './parameters';
import { latest, ReadFailed, type Reading } from './reading';
import type { Settings } from './settings';
import { iso } from './times';

/**
 * Reads the window.
 *
 * @param budget milliseconds for all attempts
 * @throws ReadFailed
 */
export async function readWindow(client: AwsClient, settings: Settings, budget: number): Promise<Reading> {
  const started = client.clock();
  const until = started + budget;
  const fromParameterStore = () => readParameters(settings, (input) => client.call('ssm', 'GetParameters', input, until));
  const table = settings.mirrorTable;
  if (table === undefined) {
    return fromParameterStore();
  }
  let mirrored: MirrorReading;
  try {
    const { share, least } = mirrorReadBudget;
    const own = Math.max(share * budget, Math.min(least, budget));
    mirrored = await readMirror(client, table, settings, started + own, own < budget);
  } catch (error) {
    if (client.clock() >= until) {
      throw error;
    }
    return instead(fromParameterStore, reasonOf(error));
  }
  // As it was when the read began: how long a freeze in the middle of it took says nothing about the item
  return started - mirrored.checkedAt > mirrorStaleAfter.value ? checked(client, settings, mirrored, until) : mirrored;
}

/** Asks Parameter Store once, for many environments share its quota, and the mirror's value counts on without it. */
async function checked(client: AwsClient, settings: Settings, mirrored: MirrorReading, until: number): Promise<Reading> {
  const once = (input: JsonObject) => client.callOnce('ssm', 'GetParameters', input, until - client.clock());
  try {
    return latest(mirrored, await readParameters(settings, once));
  } catch (error) {
    return { ...mirrored, stale: `the mirror was last checked at ${iso(mirrored.checkedAt)}, and ${reasonOf(error)}` };
  }
}

async function instead(read: () => Promise<Reading>, mirrorFailure: string): Promise<Reading> {
  try {
    return { ...(await read()), mirrorFailure };
  } catch (error) {
    throw new ReadFailed(`${mirrorFailure}; ${reasonOf(error)}`, { cause: error });
  }
}
