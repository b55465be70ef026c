import * as fs from 'node:fs';
import * as path from 'node:path';

import { Cache, type Progress } from './cache';
import {
  boto3Entry,
  type Entry,
  NATIVE_CLIENT,
  nodeClientEntry,
  nodeClientVersions,
  nodeInterpreterEntry,
  nodeSdkEntry,
  PYTHON_CLIENT,
  pythonClientEntry,
  pythonClientVersions,
} from './clients';
import { findPython, type PythonInterpreter } from './interpreters';
import type { Mount } from './isolation';
import type { Machine } from './registries';

const IMAGE = path.join(__dirname, 'image');
const FETCH = 'run `npm run clients`';

/** What this machine can run of a managed runtime. */
export interface RuntimeSupport {
  readonly runtime: string;
  /** Full version of the interpreter. */
  readonly interpreter?: string;
  /** Version of AWS's runtime interface client that runs by default. */
  readonly client?: string;
  /** Said of a client that is not exactly what AWS runs. */
  readonly label?: string;
  /** Why the runtime cannot run here, naming what was looked for. */
  readonly missing?: string;
}

/** A runtime made ready: what to bind into the sandbox beside the function's own code. */
export interface ResolvedRuntime {
  readonly support: RuntimeSupport;
  readonly mounts: readonly Mount[];
}

interface NodeInterpreter {
  readonly version: string;
  readonly file: string;
}

export type RuntimeFamily = 'python' | 'nodejs';

interface RuntimeRow {
  readonly family: RuntimeFamily;
  readonly version: string;
  readonly client: string;
}

const RUNTIMES: Readonly<Record<string, RuntimeRow>> = {
  'python3.10': { family: 'python', version: '3.10', client: PYTHON_CLIENT },
  'python3.11': { family: 'python', version: '3.11', client: PYTHON_CLIENT },
  'python3.12': { family: 'python', version: '3.12', client: PYTHON_CLIENT },
  'python3.13': { family: 'python', version: '3.13', client: PYTHON_CLIENT },
  'python3.14': { family: 'python', version: '3.14', client: PYTHON_CLIENT },
  'nodejs20.x': { family: 'nodejs', version: '20', client: '3.3.0' },
  'nodejs22.x': { family: 'nodejs', version: '22', client: '3.3.0' },
  'nodejs24.x': { family: 'nodejs', version: '24', client: NATIVE_CLIENT },
};

/** The runtimes the bed knows, by Lambda's names. */
export const RUNTIME_NAMES: readonly string[] = Object.keys(RUNTIMES);

/** Which managed runtimes can run here, without fetching anything. */
export async function supportedRuntimes(cache = new Cache()): Promise<RuntimeSupport[]> {
  return Promise.all(
    RUNTIME_NAMES.map(async (runtime) => {
      try {
        return (await resolveRuntime(runtime, undefined, cache)).support;
      } catch (error) {
        return { runtime, missing: (error as Error).message };
      }
    }),
  );
}

/**
 * The newest of the runtimes that can run.
 *
 * @throws Error saying of each runtime of the family why it can't
 */
export function newestRuntime(supported: readonly RuntimeSupport[], family: RuntimeFamily): string {
  const known = supported.filter(({ runtime }) => runtime.startsWith(family));
  const present = known.filter(({ missing }) => !missing).map(({ runtime }) => runtime);
  if (present.length === 0) {
    throw new Error(`no ${family} runtime can run here: ${known.map(({ runtime, missing }) => `${runtime}: ${missing}`).join('; ')}`);
  }
  return present.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)!;
}

/** The versions of AWS's client that can be asked for with a runtime (`SandboxSpec.client`) on this machine or another, oldest first. */
export function clientVersions(runtime: string, machine?: Machine): readonly string[] {
  const row = rowOf(runtime);
  return row.family === 'python' ? pythonClientVersions(row.version, machine) : nodeClientVersions(row.version);
}

/**
 * Fetches and builds what runtimes need and the cache does not hold yet: with nothing named, every runtime with its usual client. Runtimes whose
 * Python interpreter is not installed are left out.
 */
export async function ensureRuntimes(
  wanted: readonly { runtime: string; client?: string }[] = RUNTIME_NAMES.map((runtime) => ({ runtime })),
  progress: Progress = () => undefined,
  cache = new Cache(),
): Promise<void> {
  const rows = wanted.map(({ runtime, client }) => ({ row: rowOf(runtime), client }));
  // Side by side, as one of them mostly compiles and the other mostly downloads
  await Promise.all(
    (['nodejs', 'python'] as const).map(async (family) => {
      for (const { row, client } of rows.filter((candidate) => candidate.row.family === family)) {
        if (family === 'python' && !(await findPython(row.version)).found) {
          continue;
        }
        const entries = [...entriesOf(row, client ?? row.client), ...(needsOwnNode(row) ? [nodeInterpreterEntry(row.version)] : [])];
        for (const entry of entries) {
          await entry.ensure(cache, progress);
        }
      }
    }),
  );
}

/**
 * Finds a runtime's interpreter and client. Fetches nothing.
 *
 * @throws Error saying what is missing and what was looked for
 */
export async function resolveRuntime(runtime: string, client: string | undefined, cache = new Cache()): Promise<ResolvedRuntime> {
  const row = rowOf(runtime);
  const version = client ?? row.client;
  const { interpreter, mounts } =
    row.family === 'python'
      ? pythonMounts(row, await resolvePython(row), packagesOf(runtime, row, version, cache))
      : nodeMounts(resolveNode(row, cache), packagesOf(runtime, row, version, cache));
  return {
    support: {
      runtime,
      interpreter,
      client: version,
      ...(row.family === 'nodejs' && version !== NATIVE_CLIENT ? { label: `${version} with the addon of ${NATIVE_CLIENT}` } : {}),
    },
    mounts: [...mounts, ...at('/var/runtime', entries(path.join(IMAGE, row.family, 'runtime')))],
  };
}

function rowOf(runtime: string): RuntimeRow {
  const row = RUNTIMES[runtime];
  if (!row) {
    throw new Error(`the local bed does not run ${runtime}; it runs ${RUNTIME_NAMES.join(', ')}`);
  }
  return row;
}

/** The client first, then the SDK. */
function entriesOf(row: RuntimeRow, client: string): [Entry, Entry] {
  return row.family === 'python' ? [pythonClientEntry(row.version, client), boto3Entry()] : [nodeClientEntry(client), nodeSdkEntry()];
}

/**
 * The interpreter at `/var/lang`, client and SDK where the managed runtime has them: among the interpreter's packages from 3.11 on, beside the
 * bootstrap before that. Packages that happen to be installed on this machine are hidden.
 */
function pythonMounts(row: RuntimeRow, python: PythonInterpreter, packages: string[]): { interpreter: string; mounts: Mount[] } {
  const [place, ...others] = python.sitePackages.map((directory) => path.join('/var/lang', path.relative(python.prefix, directory)));
  const besideBootstrap = row.version === '3.10' || place === undefined;
  return {
    interpreter: python.version,
    mounts: [
      { source: python.prefix, target: '/var/lang' },
      ...others.map((target) => ({ contents: [], target })),
      ...(place === undefined ? [] : [{ contents: besideBootstrap ? [] : packages, target: place }]),
      ...(besideBootstrap ? at('/var/runtime', packages) : []),
    ],
  };
}

/**
 * The interpreter at `/var/lang`, client and SDK beside the bootstrap. Lambda's Node.js finds the SDK for ES modules too, where NODE_PATH does
 * not count: a link where the search from `/var/task` ends stands for that.
 */
function nodeMounts(node: NodeInterpreter, packages: string[]): { interpreter: string; mounts: Mount[] } {
  return {
    interpreter: node.version,
    mounts: [
      { source: node.file, target: '/var/lang/bin/node' },
      ...at('/var/runtime', packages),
      { link: '/var/runtime/node_modules', target: '/node_modules' },
    ],
  };
}

/** Entries of the client's and the SDK's directories. */
function packagesOf(runtime: string, row: RuntimeRow, client: string, cache: Cache): string[] {
  return entriesOf(row, client).flatMap((entry) => {
    const directory = cache.find(entry.name);
    if (!directory) {
      throw new Error(`${runtime}: ${entry.name} has not been fetched; ${FETCH}`);
    }
    return entries(directory);
  });
}

async function resolvePython(row: RuntimeRow): Promise<PythonInterpreter> {
  const { found, looked } = await findPython(row.version);
  if (found) {
    return found;
  }
  const tried = looked.length > 0 ? looked.join(', ') : `python${row.version} and python3 on the PATH`;
  throw new Error(
    `python${row.version}: no CPython ${row.version} on this machine (tried ${tried}); install it so that \`python${row.version}\` is on the PATH`,
  );
}

function resolveNode(row: RuntimeRow, cache: Cache): NodeInterpreter {
  if (!needsOwnNode(row)) {
    return { version: process.versions.node, file: fs.realpathSync(process.execPath) };
  }
  const { name } = nodeInterpreterEntry(row.version);
  const directory = cache.find(name);
  if (!directory) {
    throw new Error(
      `nodejs${row.version}.x: Node.js ${row.version} has not been fetched (${name}), and this process is ${process.version}; ${FETCH}`,
    );
  }
  return { version: name.split('-')[1], file: path.join(directory, 'bin/node') };
}

function at(directory: string, sources: string[]): Mount[] {
  return sources.map((source) => ({ source, target: path.join(directory, path.basename(source)) }));
}

function entries(directory: string): string[] {
  return fs.readdirSync(directory).map((name) => path.join(directory, name));
}

/** A runtime of this process's own major version runs on this process's own interpreter. */
function needsOwnNode(row: RuntimeRow): boolean {
  return row.family === 'nodejs' && process.versions.node.split('.')[0] !== row.version;
}
