/** Apps without a folder of their own write into one for each test file, which goes with it: the CDK's own way leaves hundreds behind. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OUT = join(tmpdir(), `cdk.out-${process.pid}`);

process.env.CDK_OUTDIR = OUT;
afterAll(() => rmSync(OUT, { recursive: true, force: true }));

/** With a folder from the environment each app also means to be synthesized when its process ends: no app of a test does. */
const WITHOUT_APPS = new Set(process.listeners('beforeExit'));
afterEach(() => {
  for (const listener of process.listeners('beforeExit').filter((one) => !WITHOUT_APPS.has(one))) {
    process.removeListener('beforeExit', listener);
  }
});
