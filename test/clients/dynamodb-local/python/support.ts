import { clientVersions, ensureRuntimes } from '../../../../local/sandbox/runtimes';

export const RUNTIME = 'python3.11';

/** Oldest, one of each line whose seam differs, newest; all that are pinned with CLIENTS=all. */
const SAMPLE = ['2.0.4', '3.1.1', '4.0.4', '4.1.0', '4.2.2'];
export const VERSIONS: readonly string[] = process.env.CLIENTS === 'all' ? clientVersions(RUNTIME) : SAMPLE;
export const NEWEST = SAMPLE[SAMPLE.length - 1];

/** Fetches what is not there yet. */
export async function ensureClients(versions: readonly string[]): Promise<void> {
  await ensureRuntimes(
    versions.map((client) => ({ runtime: RUNTIME, client })),
    (line) => process.stderr.write(`${line}\n`),
  );
}
