/** The Node.js gate as one ES module, which runs before user code and uses what the process had at its start. */
import { bundle, type Bundled } from './bundler';

const CLIENT = './lambda/maintenance-window/gate/nodejs/client';

/** What the gate and its signer use of Node.js's modules, as they are at the start. So nothing is left to ask for by `require`, which an ES module lacks. */
const TAKEN = ['crypto', 'querystring', 'url', 'zlib'];

export async function bundleGate(): Promise<Bundled> {
  return bundle(`${CLIENT}/preload.ts`, {
    format: 'esm',
    inject: [`${CLIENT}/taken/globals.ts`],
    alias: Object.fromEntries(TAKEN.flatMap((name) => [name, `node:${name}`].map((asked) => [asked, `${CLIENT}/taken/${name}.ts`]))),
  });
}
