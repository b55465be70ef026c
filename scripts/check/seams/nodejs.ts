/** The seam of AWS's Node.js client: the real gate is attached to the real bundle, and what it meets there is recorded. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { Cache } from '../../../local/sandbox/cache';
import { NATIVE_CLIENT, nodeClientEntry, nodeInterpreterEntry } from '../../../local/sandbox/clients';
import { type Finding, NotLookedAt } from './client';
import { judge } from './native-calls';
import { movedInNativePart } from './native-part';
import { type NodeProcessSpec, runNode } from './nodejs-process';

/** The newest that is pinned. */
const NODE = '24';
const ADDON = 'rapid-client.node';
const START_3 = path.join(__dirname, '../../../local/sandbox/image/nodejs/start-3.mjs');
const HTTP = { version: '2.0', requestContext: { http: { method: 'GET' } } };
const REJECTED = 503;

/**
 * @param folder the client's package, or one that has been made ready to run: `index.mjs` and its native part
 * @param layer the gate's files
 * @throws NotLookedAt when the interpreter or the native part is not to be had
 */
export async function nodejsSeam(folder: string, layer: string): Promise<Finding> {
  const moved = movedInNativePart(folder);
  if (moved !== undefined) {
    return { moved };
  }
  const runtime = fs.mkdtempSync(path.join(layer, '../runtime-'));
  try {
    const node = await makeReady(folder, runtime);
    return await look({ node, runtime, layer });
  } finally {
    fs.rmSync(runtime, { recursive: true, force: true });
  }
}

/** As the managed runtime has it; with the native part of the pinned client where it has none. Resolves to the interpreter. */
async function makeReady(folder: string, runtime: string): Promise<string> {
  try {
    const quiet = () => undefined;
    const cache = new Cache();
    const node = await nodeInterpreterEntry(NODE).ensure(cache, quiet);
    const own = path.join(folder, ADDON);
    const addon = fs.existsSync(own) ? own : path.join(await nodeClientEntry(NATIVE_CLIENT).ensure(cache, quiet), ADDON);
    fs.copyFileSync(addon, path.join(runtime, ADDON));
    fs.writeFileSync(path.join(runtime, 'index.mjs'), bundleIn(folder));
    return path.join(node, 'bin/node');
  } catch (error) {
    throw new NotLookedAt(`the Node.js client in ${folder} could not be made ready to run`, error);
  }
}

/** The published module: without its first line for a shell, and started where it only exports `run`, as in 3.x. */
function bundleIn(folder: string): string {
  const about = path.join(folder, 'package.json');
  const { main = 'index.mjs', version = '' } = fs.existsSync(about)
    ? (JSON.parse(fs.readFileSync(about, 'utf8')) as { main?: string; version?: string })
    : {};
  const text = fs.readFileSync(path.join(folder, main), 'utf8').replace(/^#!.*\n\n?/, '');
  return version.startsWith('3.') ? `${text}\n${fs.readFileSync(START_3, 'utf8')}` : text;
}

async function look(spec: Omit<NodeProcessSpec, 'onWindowUnknown'>): Promise<Finding> {
  try {
    const held = await runNode({ ...spec, onWindowUnknown: 'DEFER' }, [HTTP]);
    const answer = JSON.parse(held.outcomes[0].payload.toString()) as { statusCode?: number };
    if (answer.statusCode !== REJECTED) {
      return { moved: `an event that was to be held got ${JSON.stringify(answer)}, expected the gate's answer with status ${REJECTED}` };
    }
    const { outcomes, calls } = await runNode({ ...spec, onWindowUnknown: 'RUN' }, [{}, { fails: true }]);
    const [result, error] = outcomes;
    if (result.errorType !== undefined || error.errorType !== 'Error') {
      return {
        moved: `a handler that returns and then throws was expected to give a result and an Error, and gave ${result.payload.toString()} and ${error.payload.toString()}`,
      };
    }
    return judge(calls);
  } catch (error) {
    return { moved: (error as Error).message };
  }
}
