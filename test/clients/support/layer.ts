/** The layer as the build puts it together, unpacked: what Lambda shows at /opt. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { unzip } from '../../../local/sandbox/file-tree';
import { contractFiles, layerSources, layerZip } from '../../../scripts/build/layer';

const ROOT = path.resolve(__dirname, '../../..');

/**
 * Makes the directory to bind at /opt.
 *
 * @param bundled what a bundler makes of sources, by path in the layer
 * @param more files beside the layer's own, by path, for example a second wrapper; executable
 */
export async function unpackLayer(
  directory: string,
  bundled: ReadonlyMap<string, Buffer> = new Map(),
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const files = new Map([...layerSources(ROOT), ...contractFiles(path.join(ROOT, 'lambda/contract')), ...bundled]);
  await unzip(layerZip(files), directory);
  for (const [name, text] of Object.entries(more)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text, { mode: 0o755 });
  }
}
