/** The Node.js gate as one ES module, which runs before user code and uses what the process had at its start. */
import { bundle, type Bundled } from './bundler';

const CLIENT = './lambda/maintenance-window/gate/nodejs/client';

/** aws4 asks for Node.js modules by `require`, which an ES module does not have. */
const REQUIRE = 'const require=process.getBuiltinModule("node:module").createRequire(import.meta.url);';

export async function bundleGate(): Promise<Bundled> {
  return bundle(`${CLIENT}/preload.ts`, {
    format: 'esm',
    banner: { js: REQUIRE },
    inject: [`${CLIENT}/taken/globals.ts`],
    alias: { 'crypto': `${CLIENT}/taken/crypto.ts`, 'node:crypto': `${CLIENT}/taken/crypto.ts`, 'node:zlib': `${CLIENT}/taken/zlib.ts` },
  });
}
