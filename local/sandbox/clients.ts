import * as fs from 'node:fs';
import * as path from 'node:path';

import { collectSdk, sdkEntryName } from './aws-sdk';
import { type Cache, platformTag, type Progress } from './cache';
import { run } from './child';
import { findPython } from './interpreters';
import { buildNativeClient } from './native-client';
import { type Machine, pinnedVersions, pinnedWheel, unpackNpm, unpackWheels } from './registries';

/** The release whose native addon every Node.js runtime loads: older releases need autotools to build. */
export const NATIVE_CLIENT = '4.0.2';
/** Node.js clients as pinned, with the oldest Node.js that runs each; what AWS runs on nodejs20.x and nodejs22.x is 3.x, on nodejs24.x 4.x. */
const NODE_CLIENTS: Readonly<Record<string, number>> = { '3.3.0': 18, [NATIVE_CLIENT]: 22 };
/** The Python client that runs unless a test asks for another. */
export const PYTHON_CLIENT = '4.2.2';
/** Node.js interpreters, by major version, as packages of the npm registry. */
const NODE_INTERPRETERS: Readonly<Record<string, string>> = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };
/** Its headers build the addon, which speaks Node-API and loads in all of them. */
const HEADERS_OF = '22';
const BOTO3 = ['boto3', 'botocore', 's3transfer', 'jmespath', 'python_dateutil', 'six', 'urllib3'];
const START_3 = path.join(__dirname, 'image/nodejs/start-3.mjs');

/** Cache entries by name; `undefined` where the entry has not been fetched yet. */
export interface Entry {
  readonly name: string;
  readonly ensure: (cache: Cache, progress: Progress) => Promise<string>;
}

/** A Node.js interpreter from its npm package: `bin/node`. */
export function nodeInterpreterEntry(major: string): Entry {
  const version = NODE_INTERPRETERS[major];
  if (!version) {
    throw new Error(`no Node.js ${major} is pinned; pinned are ${Object.keys(NODE_INTERPRETERS).join(', ')}`);
  }
  const spec = `node-${process.platform}-${process.arch}@${version}`;
  return entry(`node-${version}`, async (directory, _cache, progress) => {
    progress(`Node.js ${version}: fetching (50 MB)`);
    await unpackNpm(spec, directory);
  });
}

/** AWS's Node.js client as the managed runtime has it: `index.mjs` and `rapid-client.node`. */
export function nodeClientEntry(version: string): Entry {
  if (version === NATIVE_CLIENT) {
    return entry(`aws-lambda-ric-${version}`, async (directory, cache, progress) => {
      const headers = await nodeInterpreterEntry(HEADERS_OF).ensure(cache, progress);
      await buildNativeClient(version, path.join(headers, 'include/node'), directory, progress);
    });
  }
  if (!Object.hasOwn(NODE_CLIENTS, version)) {
    throw new Error(`no aws-lambda-ric ${version} is pinned; pinned are ${Object.keys(NODE_CLIENTS).join(', ')}`);
  }
  return entry(`aws-lambda-ric-${version}`, async (directory, cache, progress) => {
    const native = await nodeClientEntry(NATIVE_CLIENT).ensure(cache, progress);
    await unpackNpm(`aws-lambda-ric@${version}`, directory);
    const module = fs.readFileSync(path.join(directory, 'dist/index.mjs'), 'utf8');
    for (const file of fs.readdirSync(directory).filter((name) => !['LICENSE', 'NOTICE'].includes(name))) {
      fs.rmSync(path.join(directory, file), { recursive: true });
    }
    fs.writeFileSync(path.join(directory, 'index.mjs'), `${module}\n${fs.readFileSync(START_3, 'utf8')}`);
    fs.copyFileSync(path.join(native, 'rapid-client.node'), path.join(directory, 'rapid-client.node'));
  });
}

/** The versions of AWS's Node.js client that are pinned and run on a major version of Node.js, oldest first. */
export function nodeClientVersions(major: string): string[] {
  return Object.keys(NODE_CLIENTS).filter((version) => Number(major) >= NODE_CLIENTS[version]);
}

/** The versions of AWS's Python client that are pinned for an interpreter (`3.11`) on this machine, or one of another architecture, oldest first. */
export function pythonClientVersions(minor: string, machine?: Machine): string[] {
  return pinnedVersions('awslambdaric', cp(minor), machine).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** AWS's Python client with what it imports: `awslambdaric`, its native module, `simplejson`, `snapshot_restore_py`. */
export function pythonClientEntry(minor: string, version: string): Entry {
  const wheels = [['awslambdaric', version], ['simplejson'], ['snapshot_restore_py']].map(([name, pin]) => pinnedWheel(name, cp(minor), pin));
  if (!wheels.every((wheel) => wheel !== undefined)) {
    throw new Error(
      `no awslambdaric ${version} is pinned for Python ${minor} on ${process.arch}; pinned are ${pythonClientVersions(minor).join(', ')}`,
    );
  }
  return entry(`awslambdaric-${version}-cp${cp(minor)}`, async (directory, _cache, progress) => {
    progress(`awslambdaric ${version} for Python ${minor}: fetching`);
    await unpackWheels(wheels, directory);
    await compile(minor, directory);
  });
}

/** As an image has its packages: the sandbox shows them read-only, so that each process would compile them anew. No modules but those of packages. */
async function compile(minor: string, directory: string): Promise<void> {
  const { found } = await findPython(minor);
  const interpreter = found && path.join(found.prefix, `bin/python${minor}`);
  if (interpreter) {
    const packages = fs.readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const folders = packages.map(({ name }) => path.join(directory, name));
    await run(interpreter, ['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', ...folders]);
  }
}

/** The AWS SDK that Python runtimes carry. */
export function boto3Entry(): Entry {
  const wheels = BOTO3.map((name) => pinnedWheel(name, ''));
  const version = (wheels[0] as string).split('-')[1];
  return entry(`boto3-${version}`, async (directory, _cache, progress) => {
    progress(`boto3 ${version}: fetching (15 MB)`);
    await unpackWheels(wheels as string[], directory);
  });
}

/** The AWS SDK that Node.js runtimes carry: the clients this checkout has, with all they depend on. */
export function nodeSdkEntry(): Entry {
  return entry(sdkEntryName(), (directory) => Promise.resolve(collectSdk(directory)));
}

function cp(minor: string): string {
  return minor.replace('.', '');
}

function entry(name: string, build: (directory: string, cache: Cache, progress: Progress) => Promise<void>): Entry {
  const full = `${name}-${platformTag()}`;
  return { name: full, ensure: async (cache, progress) => cache.ensure(full, async (directory) => build(directory, cache, progress), progress) };
}
