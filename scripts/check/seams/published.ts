/** Which releases the registries have, by their ordinary clients. */
import { run } from '../../../local/sandbox/child';
import { type Client, NotLookedAt } from './client';

/** A registry that says nothing for so long is not there. */
const PATIENCE_MS = 60_000;
/** Neither an alpha nor a release candidate: no managed runtime carries one. */
const FINAL = /^\d+\.\d+\.\d+$/;

/**
 * All final releases of a client.
 *
 * @throws NotLookedAt when the registry does not answer
 */
export async function publishedReleases(client: Client): Promise<string[]> {
  try {
    const versions = client.language === 'nodejs' ? await onNpm(client.name) : await onPyPI(client.name);
    return versions.filter((version) => FINAL.test(version));
  } catch (error) {
    throw new NotLookedAt(`the registry did not say which releases of ${client.name} there are`, error);
  }
}

/** The releases that nobody has tested: newer than the newest that is known of their major version, or of a newer major. */
export function newerReleases(known: readonly string[], published: readonly string[]): string[] {
  const newest = new Map<number, string>();
  for (const version of [...known].sort(byVersion)) {
    newest.set(major(version), version);
  }
  const oldestMajor = Math.min(...newest.keys());
  return published.filter((version) => major(version) >= oldestMajor && byVersion(version, newest.get(major(version)) ?? '0') > 0).sort(byVersion);
}

async function onNpm(name: string): Promise<string[]> {
  const versions = JSON.parse(await run('npm', ['view', name, 'versions', '--json'], { timeoutMs: PATIENCE_MS })) as string | string[];
  return [versions].flat();
}

async function onPyPI(name: string): Promise<string[]> {
  const options = ['--disable-pip-version-check', 'index', 'versions', '--ignore-requires-python', name];
  const text = await run('python3', ['-m', 'pip', ...options], { timeoutMs: PATIENCE_MS });
  const list = /^Available versions: (.*)$/m.exec(text);
  if (!list) {
    throw new Error(`\`pip index versions ${name}\` printed no list: ${text.trim()}`);
  }
  return list[1].split(', ');
}

export function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function major(version: string): number {
  return Number(version.split('.')[0]);
}
