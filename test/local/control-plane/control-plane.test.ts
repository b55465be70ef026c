/** The launcher's process as its parent sees it. */
import * as fs from 'node:fs';

import { eventually, Harness } from './harness';

function launcherPid(): number {
  const own = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        return (
          Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === process.pid &&
          fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launcher.py')
        );
      } catch {
        return false;
      }
    });
  return own[0];
}

it('is reported, with the end of its log, when it ends by itself', async () => {
  const bed = await Harness.open();
  try {
    process.kill(launcherPid(), 'SIGKILL');
    const line = await eventually(async () => bed.lines.find((text) => text.includes('ended by itself')));
    expect(line).toContain('the control plane ended by itself (SIGKILL)');
    expect(line).toContain('Running on http://127.0.0.1:');
    await bed.controlPlane.close();
  } finally {
    await bed.close();
    fs.rmSync(bed.root, { recursive: true, force: true });
  }
});

it("removes the bed's directory when it is closed, and may be closed again", async () => {
  const bed = await Harness.open();
  expect(fs.existsSync(bed.root)).toBe(true);
  await bed.close();
  expect(fs.existsSync(bed.root)).toBe(false);
  await bed.controlPlane.close();
});

it('ends, however many functions are still waited for', async () => {
  const bed = await Harness.open();
  bed.recorder.answer = () => new Promise(() => undefined);
  const fn = await bed.createFunction('never');
  const calls = Array.from({ length: 5 }, () =>
    fetch(`${bed.controlPlane.url}/2015-03-31/functions/never/invocations`, { method: 'POST', body: '{}' }).catch(() => 'cut off'),
  );
  await bed.createStack('Hangs', { Resources: { Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: fn } } } });
  await eventually(async () => (bed.recorder.handed.length === 6 ? true : undefined));
  await bed.close();
  expect(await Promise.all(calls)).toEqual(Array(5).fill('cut off'));
  expect(fs.existsSync(bed.root)).toBe(false);
});
