/** Fetches a release that is not pinned, into a folder that is gone afterwards: it is looked at, and never becomes what tests run. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { run } from '../../../local/sandbox/child';
import { findPython } from '../../../local/sandbox/interpreters';
import { RUNTIME_NAMES } from '../../../local/sandbox/runtimes';
import { type Client, NotLookedAt } from './client';

/** A download that takes longer has hung. */
const PATIENCE_MS = 180_000;

/** Newest first: a client drops old interpreters before new ones. */
const MINORS = RUNTIME_NAMES.filter((name) => name.startsWith('python'))
  .map((name) => name.slice('python'.length))
  .reverse();

/**
 * The folder of the release's files, inside the scratch folder.
 *
 * @throws NotLookedAt when the registry does not serve it
 */
export async function fetchRelease(client: Client, version: string, scratch: string): Promise<string> {
  const folder = path.join(scratch, `${client.name}-${version}`);
  fs.mkdirSync(folder, { recursive: true });
  try {
    await (client.language === 'nodejs' ? fromNpm(`${client.name}@${version}`, folder) : fromPyPI(`${client.name}==${version}`, folder));
  } catch (error) {
    throw new NotLookedAt(`${client.name} ${version} could not be fetched`, error);
  }
  return folder;
}

/** An interpreter for a folder of Python's client: the one that its native part was built for, else the newest. @throws NotLookedAt without one */
export async function interpreterOf(folder: string): Promise<string> {
  const built = fs.readdirSync(folder).map((name) => /^runtime_client\.cpython-3(\d+)-/.exec(name)?.[1]);
  const minor = built.find((candidate) => candidate !== undefined);
  return pythonOf(minor === undefined ? MINORS : [`3.${minor}`]);
}

async function fromNpm(spec: string, into: string): Promise<void> {
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', into, spec], { cwd: into, timeoutMs: PATIENCE_MS });
  const [tarball] = fs.readdirSync(into);
  await run('tar', ['-xzf', path.join(into, tarball), '-C', into, '--strip-components=1', '--no-same-owner']);
}

/** With what it imports, and nothing that would have to be built. */
async function fromPyPI(requirement: string, into: string): Promise<void> {
  const options = ['--disable-pip-version-check', 'install', '--quiet', '--only-binary=:all:', '--no-compile', '--target', into];
  const environment = path.join(into, '.venv');
  // A virtual environment's pip: the system's may be missing or forbidden
  await run(await pythonOf(MINORS), ['-m', 'venv', environment]);
  await run(path.join(environment, 'bin/python3'), ['-m', 'pip', ...options, requirement], { timeoutMs: PATIENCE_MS });
}

async function pythonOf(minors: readonly string[]): Promise<string> {
  for (const minor of minors) {
    const { found } = await findPython(minor);
    if (found) {
      return path.join(found.prefix, `bin/python${minor}`);
    }
  }
  throw new NotLookedAt(`no CPython ${minors.join(' or ')} on this machine, which has to import the client`);
}
