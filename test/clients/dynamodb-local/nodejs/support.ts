import * as path from 'node:path';

import { build } from 'esbuild';

import { ensureRuntimes } from '../../../../local/sandbox/runtimes';
import type { TestEnvironment } from '../../support/environment';
import { Stage } from '../../support/stage';

export const MINUTES = 60_000;

/** Each runtime with the client that AWS runs there. */
export const RUNTIMES = [
  { runtime: 'nodejs20.x', client: '3.3.0' },
  { runtime: 'nodejs22.x', client: '3.3.0' },
  { runtime: 'nodejs24.x', client: '4.0.2' },
] as const;

/** What an ES module bundle needs for packages that ask for Node.js modules by `require`; as in the build. */
const REQUIRE = 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/** A stage whose layer has the Node.js gate, and more files by path; fetches runtimes that are not there yet. */
export async function openStage(more: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const [stage] = await Promise.all([
    bundlePreload().then((preload) => Stage.open(new Map([['nodejs/preload.mjs', preload]]), more)),
    ensureRuntimes([...RUNTIMES], (line) => process.stderr.write(`${line}\n`)),
  ]);
  return stage;
}

async function bundlePreload(): Promise<Buffer> {
  const result = await build({
    entryPoints: [path.resolve(__dirname, '../../../../lambda/maintenance-window/gate/nodejs/client/preload.ts')],
    banner: { js: REQUIRE },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'node',
    target: 'node20',
    write: false,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

export type Answer = Awaited<ReturnType<TestEnvironment['invoke']>>;

/** An answer in a form that tests compare. */
export function readable(answer: Answer): unknown {
  if (!('outcome' in answer)) {
    return answer;
  }
  const { payload, errorType, contentType } = answer.outcome;
  return { requestId: answer.requestId, payload: payload.toString(), errorType, contentType };
}
