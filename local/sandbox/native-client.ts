import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import type { Progress } from './cache';
import { run, toolEnvironment } from './child';
import { unpackNpm } from './registries';

const NODE_ADDON_API = 'node-addon-api@8.3.1';

/**
 * Builds AWS's Node.js client with its native addon from the published sources: curl and aws-lambda-cpp by the package's own script, then the
 * addon with the compiler flags of its binding.gyp. No node-gyp: its ninety packages could not be pinned here, and it would look for headers
 * on the network. The addon speaks Node-API, so one build serves every major version of Node.js.
 */
export async function buildNativeClient(version: string, nodeHeaders: string, into: string, progress: Progress): Promise<void> {
  try {
    await build(version, nodeHeaders, into, progress);
  } catch (error) {
    throw new Error(
      `aws-lambda-ric ${version} could not be fetched or built, which needs g++, make, cmake, tar and xz (\`npm run doctor\` shows what is missing):\n` +
        (error as Error).message,
      { cause: error },
    );
  }
}

async function build(version: string, nodeHeaders: string, into: string, progress: Progress): Promise<void> {
  const sources = path.join(into, 'sources');
  const addonApi = path.join(into, 'node-addon-api');
  fs.mkdirSync(sources);
  fs.mkdirSync(addonApi);
  await Promise.all([unpackNpm(`aws-lambda-ric@${version}`, sources), unpackNpm(NODE_ADDON_API, addonApi)]);

  progress(`aws-lambda-ric ${version}: building its native parts (about a minute, once for this checkout)`);
  await run('sh', ['scripts/preinstall.sh'], { cwd: sources, environment: { ...toolEnvironment(), MAKEFLAGS: `-j${os.availableParallelism()}` } });

  const artifacts = path.join(sources, 'deps/artifacts');
  await run(
    'g++',
    [
      '-shared',
      '-std=gnu++17',
      '-O3',
      '-flto',
      '-fPIC',
      '-pthread',
      '-fno-rtti',
      '-Wl,--gc-sections',
      '-DNODE_GYP_MODULE_NAME=rapid_client',
      '-DBUILDING_NODE_EXTENSION',
      '-DUSING_UV_SHARED=1',
      '-DUSING_V8_SHARED=1',
      `-I${nodeHeaders}`,
      `-I${addonApi}`,
      `-I${path.join(artifacts, 'include')}`,
      '-o',
      path.join(into, 'rapid-client.node'),
      'src/native/rapid-client.cc',
      path.join(artifacts, 'lib/libaws-lambda-runtime.a'),
      path.join(artifacts, 'lib/libcurl.a'),
    ],
    { cwd: sources },
  );

  // The managed runtime's file is the published one without its two lines for the shell
  const published = fs.readFileSync(path.join(sources, 'index.mjs'), 'utf8');
  fs.writeFileSync(path.join(into, 'index.mjs'), published.replace(/^#!.*\n\n?/, ''));
  for (const file of ['LICENSE', 'NOTICE']) {
    fs.copyFileSync(path.join(sources, file), path.join(into, file));
  }
  fs.rmSync(sources, { recursive: true });
  fs.rmSync(addonApi, { recursive: true });
}
