import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { run } from './child';

/** A Python installation of the wanted minor version. */
export interface PythonInterpreter {
  readonly version: string;
  /** `sys.base_prefix`: the installation itself, whatever shim or virtual environment led to it. */
  readonly prefix: string;
  /** Directories below the prefix that hold packages installed on this machine; on Lambda they would not be there. */
  readonly sitePackages: readonly string[];
}

/** Where an interpreter was looked for, in that order. */
export interface Search<T> {
  readonly found?: T;
  readonly looked: readonly string[];
}

/** A limit, not an expectation: a shim may start a version manager first, and what does not answer in time counts as missing. */
const PROBE_TIMEOUT_MS = 60_000;
const PROBE = [
  'import json, site, sys',
  'print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "prefix": sys.base_prefix, "site": site.getsitepackages([sys.base_prefix])}))',
].join('\n');

const searches = new Map<string, Promise<Search<PythonInterpreter>>>();

/** Looks for a CPython of a minor version (`3.11`): on the PATH, then among what version managers installed. Once for each process. */
export async function findPython(minor: string): Promise<Search<PythonInterpreter>> {
  let search = searches.get(minor);
  if (!search) {
    search = searchPython(minor, process.env);
    searches.set(minor, search);
  }
  return search;
}

/** One search, by an environment's PATH, HOME and PYENV_ROOT. Names of executables lead to it; what is there is decided by running it. */
export async function searchPython(minor: string, environment: NodeJS.ProcessEnv): Promise<Search<PythonInterpreter>> {
  const looked: string[] = [];
  for (const candidate of candidates(minor, environment)) {
    if (!fs.existsSync(candidate)) {
      continue;
    }
    looked.push(candidate);
    const found = await probe(candidate, minor);
    if (found) {
      return { found, looked };
    }
  }
  return { looked };
}

function candidates(minor: string, environment: NodeJS.ProcessEnv): string[] {
  const onPath = (environment.PATH ?? '').split(path.delimiter).filter((directory) => path.isAbsolute(directory));
  const home = environment.HOME || os.homedir();
  const managers = [
    ...onPath.filter((directory) => path.basename(directory) === 'shims').map((directory) => path.join(directory, '../versions')),
    path.join(environment.PYENV_ROOT ?? path.join(home, '.pyenv'), 'versions'),
    path.join(home, '.local/share/uv/python'),
    path.join(home, '.asdf/installs/python'),
    path.join(home, '.local/share/mise/installs/python'),
    '/opt/hostedtoolcache/Python',
  ];
  const installations = managers
    .filter((directory) => fs.existsSync(directory))
    .flatMap((directory) => fs.readdirSync(directory).map((name) => path.join(directory, name)));
  return [
    ...new Set([
      ...onPath.map((directory) => path.join(directory, `python${minor}`)),
      ...installations.flatMap((directory) => [path.join(directory, 'bin', `python${minor}`), path.join(directory, 'x64/bin', `python${minor}`)]),
      ...['/usr/local/bin', '/usr/bin'].map((directory) => path.join(directory, `python${minor}`)),
      ...onPath.map((directory) => path.join(directory, 'python3')),
    ]),
  ];
}

async function probe(candidate: string, minor: string): Promise<PythonInterpreter | undefined> {
  // A shim, or a broken installation, fails here and the next candidate is tried
  const output = await run(candidate, ['-I', '-c', PROBE], { timeoutMs: PROBE_TIMEOUT_MS }).catch(() => undefined);
  const answer = output === undefined ? undefined : parseAnswer(output);
  if (!answer) {
    return undefined;
  }
  const prefix = fs.realpathSync(answer.prefix);
  if (!answer.version.startsWith(`${minor}.`) || !fs.existsSync(path.join(prefix, 'bin', `python${minor}`))) {
    return undefined;
  }
  const sitePackages = answer.site.filter((directory) => directory.startsWith(`${prefix}/`) && fs.existsSync(directory));
  return { version: answer.version, prefix, sitePackages };
}

function parseAnswer(output: string): { version: string; prefix: string; site: string[] } | undefined {
  try {
    return JSON.parse(output) as { version: string; prefix: string; site: string[] };
  } catch {
    return undefined;
  }
}
