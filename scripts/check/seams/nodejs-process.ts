/** A client for Node.js with the real gate in front of it, as Lambda starts it, at a Runtime API of its own. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import names from '../../../lambda/contract/names.json';
import { RuntimeApi, type RuntimeOutcome } from '../../../local/data-plane/runtime-api';
import { type RunningCommand, start } from '../../../local/sandbox/child';
import type { Call } from './native-calls';

/** Longer than anything takes here: what it ends is a hang. */
const PATIENCE_MS = 30_000;
/** Nobody listens on it: the window can't be read. */
const NOWHERE = 'http://127.0.0.1:1';
const HANDLER = "exports.handler = async ({ fails }) => { if (fails) throw new Error('asked for'); return { ran: true }; };";
const RECORDER = path.join(__dirname, 'recorder.mjs');

export interface NodeProcessSpec {
  /** The interpreter's file. */
  readonly node: string;
  /** The folder of `index.mjs` and `rapid-client.node`. */
  readonly runtime: string;
  /** The gate's files. */
  readonly layer: string;
  /** What the gate does with events, since it can't read a window. */
  readonly onWindowUnknown: 'RUN' | 'DEFER';
}

/** What the Runtime API was given for each event, and what the client and the gate called of the native part. */
export interface Ran {
  readonly outcomes: readonly RuntimeOutcome[];
  readonly calls: readonly Call[];
}

/**
 * Sends it events, one after the other, and ends it.
 *
 * @throws Error saying how it ended instead of answering all of them
 */
export async function runNode(spec: NodeProcessSpec, events: readonly object[]): Promise<Ran> {
  const folder = fs.mkdtempSync(path.join(spec.layer, '../task-'));
  const calls = path.join(folder, 'calls');
  fs.writeFileSync(calls, '');
  fs.writeFileSync(path.join(folder, 'app.js'), HANDLER);
  const api = await RuntimeApi.listen();
  const args = ['--import', RECORDER, '--import', path.join(spec.layer, 'nodejs/preload.mjs'), path.join(spec.runtime, 'index.mjs')];
  const stop = new AbortController();
  const command = start(spec.node, args, {
    name: `the client, which had ${PATIENCE_MS / 1000} s,`,
    timeoutMs: PATIENCE_MS,
    signal: stop.signal,
    environment: environmentOf(spec, folder, calls, api.address),
  });
  try {
    return await answered(api, command, events, () => readCalls(calls));
  } finally {
    stop.abort();
    await command.output.catch(() => undefined);
    await api.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function answered(api: RuntimeApi, command: RunningCommand, events: readonly object[], calls: () => Call[]): Promise<Ran> {
  const outcomes: RuntimeOutcome[] = [];
  const ended = command.output.then(() => {
    throw new Error('the client ended by itself and without an error');
  });
  const failed = api.initFailed.then(({ payload }) => {
    throw new Error(`init error: ${payload.toString()}`);
  });
  for (const event of events) {
    const { outcome, ready } = api.deliver(invocation(event));
    outcomes.push(await Promise.race([outcome, failed, ended]));
    await Promise.race([ready, failed, ended]);
  }
  return { outcomes, calls: calls() };
}

function invocation(event: object) {
  return {
    requestId: randomUUID(),
    invocationId: randomUUID(),
    deadlineMs: Date.now() + PATIENCE_MS,
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
    traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0',
    payload: Buffer.from(JSON.stringify(event)),
  };
}

function environmentOf({ onWindowUnknown, node }: NodeProcessSpec, taskRoot: string, calls: string, api: string): Record<string, string> {
  const { operatorParameter, table, functionKey, onWindowUnknown: unknown } = names.environment;
  return {
    PATH: path.dirname(node),
    AWS_LAMBDA_RUNTIME_API: api,
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: 'app.handler',
    AWS_LAMBDA_FUNCTION_NAME: 'fn',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/fn',
    AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'ASIASEAMS',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: NOWHERE,
    [operatorParameter]: '/seams',
    [table]: 'seams',
    [functionKey]: 'seams',
    [unknown]: onWindowUnknown,
    SEAM_CALLS: calls,
  };
}

function readCalls(file: string): Call[] {
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Call);
}
