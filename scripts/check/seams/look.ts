/** Looks at one client: from a registry, or from a folder. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { bundleGate } from '../../build/gate';
import { contractFiles, layerSources } from '../../build/layer';
import { ROOT } from '../../command';
import { type Client, CLIENTS, type Finding, NotLookedAt } from './client';
import { fetchRelease } from './fetching';
import { nodejsSeam } from './nodejs';
import { newerReleases, publishedReleases } from './published';
import { pythonSeam } from './python';

/** A client with a release of the registry, or a folder that has it. */
export interface Candidate {
  readonly client: Client;
  readonly version?: string;
  readonly folder?: string;
}

/** @throws NotLookedAt when it is neither `name@version` nor `name=folder` */
export function candidate(argument: string): Candidate {
  const [, name, sign, rest] = /^([a-z-]+)([@=])(.+)$/.exec(argument) ?? [];
  const client = CLIENTS.find((known) => known.name === name);
  if (!client) {
    const forms = CLIENTS.flatMap((known) => [`${known.name}@1.2.3`, `${known.name}=folder`]);
    throw new NotLookedAt(`'${argument}' names no client: expected ${forms.join(', ')}`);
  }
  return sign === '@' ? { client, version: rest } : { client, folder: path.resolve(rest) };
}

/** Every release that is newer than what is known. @throws NotLookedAt when a registry does not answer */
export async function newerCandidates(): Promise<Candidate[]> {
  const found = await Promise.all(
    CLIENTS.map(async (client) => newerReleases(client.known, await publishedReleases(client)).map((version) => ({ client, version }))),
  );
  return found.flat();
}

/**
 * Calls back with each candidate's finding.
 *
 * @throws NotLookedAt naming those that could not be looked at, after all others
 */
export async function look(candidates: readonly Candidate[], found: (candidate: Candidate, finding: Finding) => void): Promise<void> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'seams-'));
  try {
    const layer = await writeLayer(path.join(scratch, 'layer'));
    const failures: string[] = [];
    for (const each of candidates) {
      try {
        found(each, await seamOf(each, layer, scratch));
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    if (failures.length > 0) {
      throw new NotLookedAt(failures.join('\nseams: '));
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function seamOf({ client, version, folder }: Candidate, layer: string, scratch: string): Promise<Finding> {
  const files = folder ?? (await fetchRelease(client, version!, scratch));
  if (!fs.existsSync(files)) {
    throw new NotLookedAt(`${client.name}: ${files} is not there`);
  }
  return client.language === 'nodejs' ? nodejsSeam(files, layer) : pythonSeam(files, layer);
}

/** The gate as it is in this checkout. */
async function writeLayer(folder: string): Promise<string> {
  const preload = await bundleGate();
  const files = new Map([...layerSources(ROOT), ...contractFiles(path.join(ROOT, 'lambda/contract')), ['nodejs/preload.mjs', preload.code] as const]);
  for (const [name, content] of files) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}
