/** What is at /opt: the gate's layer as the build made it, and the floor beside it. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { unzip } from '../../local/sandbox/file-tree';

const LAYER = path.resolve(__dirname, '../../assets/maintenance-window/layer.zip');
const ROOTS = 'amazon-roots.pem';

export const FLOOR_WRAPPER = '/opt/floor/wrapper';
/** Where the floor reads the roots that the gate has. */
export const FLOOR_ROOTS = '/opt/floor/roots.pem';

/** @param certificate joins Amazon's roots, so that as many are read as on Lambda and one more */
export async function unpackLayer(into: string, certificate: Buffer): Promise<void> {
  await unzip(await fs.promises.readFile(LAYER), into);
  const files = fs.readdirSync(into, { recursive: true }).map((name) => path.join(into, String(name)));
  const roots = files.filter((file) => path.basename(file) === ROOTS);
  roots.forEach((file) => fs.appendFileSync(file, certificate));
  fs.cpSync(path.join(__dirname, 'floor'), path.join(into, 'floor'), { recursive: true });
  fs.copyFileSync(roots[0], path.join(into, 'floor/roots.pem'));
}
