import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as taken from '../../../lambda/maintenance-window/gate/nodejs/client/taken/globals';
import { bundleGate } from '../../../scripts/build/gate';
import { ROOT } from '../../../scripts/command';

/** Of the gate alone, or only of it and the replayer; what others share with it has parts that the gate leaves out. */
const OF_THE_GATE = /^(lambda\/(maintenance-window\/(gate|window|store)|aws)\/|node_modules\/aws4\/)/;
const MEMBER = /\b(Buffer|Date|JSON|Promise)\.(\w+)/g;

test('what the gate uses of a global is in what takes its place', async () => {
  const { inputs } = await bundleGate();
  const files = inputs.filter((file) => OF_THE_GATE.test(file) && !file.includes('/taken/'));
  const members = files.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(MEMBER)].map(([, of, name]) => [of, name] as const));
  expect(members.length).toBeGreaterThan(20);
  const missing = members.filter(([of, name]) => !(name in taken[of as 'Buffer' | 'Date' | 'JSON' | 'Promise']));
  expect(missing.map((member) => member.join('.'))).toEqual([]);
});
