/**
 * All tests of src/ as one file: on its own each of them loads aws-cdk-lib anew, which is most of its time.
 * One alone runs as ever: `npx jest test/src/maintenance-window/replay.test.ts`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TESTS = join(__dirname, '..', 'src');

describe.each(
  readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort(),
)('src/%s', (file) => {
  require(join(TESTS, file));
});
