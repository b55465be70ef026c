/** The corrections of the emulator: all installed, each with its reason and its end, and none on an emulator that has changed. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { plainEnvironment } from '../../../local/control-plane/process-environment';
import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';

const CONTROL_PLANE = path.join(__dirname, '../../../local/control-plane');
const NAMES = fs
  .readdirSync(path.join(CONTROL_PLANE, 'corrections'))
  .filter((name) => name.endsWith('.py') && !name.startsWith('__'))
  .map((name) => path.basename(name, '.py'));

const textOf = (file: string) => fs.readFileSync(path.join(CONTROL_PLANE, file), 'utf8');

it('are all installed by the launcher, each once', () => {
  const installed = /for correction in \(([^)]*)\):\n +correction\.install\(/.exec(textOf('launcher.py'))![1];
  expect(installed.match(/\w+/g)!.sort()).toEqual(NAMES.sort());
});

it.each(NAMES)('%s says what AWS does that the emulator does not, and when it can go', (name) => {
  const [docstring] = /^"""[^]*?"""/.exec(textOf(`corrections/${name}.py`))!;
  expect(docstring).toMatch(/^"""Correction: [^]*emulator[^]*\nCan go when the emulator/);
});

it('replace nothing when the emulator has other handlers of a resource type than those known', async () => {
  const python = await virtualEnvironment({ log: () => undefined });
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'corrections-'));
  const code = `
import sys
sys.path.insert(0, ${JSON.stringify(CONTROL_PLANE)})
import doors
from corrections import function_settings, point_in_time_recovery, secret_ids, taken_table_names
from ministack.services.cloudformation import provisioners
for correction in (function_settings, point_in_time_recovery, secret_ids, taken_table_names):
    handlers = provisioners._RESOURCE_HANDLERS[correction.TYPE]
    before = dict(handlers, read=None)
    handlers["read"] = None
    print(correction.__name__, end=": ")
    try:
        correction.install(None)
    except doors.DoorMoved as moved:
        print(moved, handlers == before)
    finally:
        del handlers["read"]
`;
  try {
    const env = { ...plainEnvironment(home), PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout, stderr } = spawnSync(python, ['-c', code], { env, encoding: 'utf8' });
    for (const [name, type] of [
      ['function_settings', 'AWS::Lambda::Function'],
      ['point_in_time_recovery', 'AWS::DynamoDB::Table'],
      ['secret_ids', 'AWS::SecretsManager::Secret'],
      ['taken_table_names', 'AWS::DynamoDB::Table'],
    ]) {
      expect(stdout + stderr).toMatch(new RegExp(`${name}: the emulator's handlers of ${type} are now \\[.*'read'.*\\].* True`));
    }
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}, 300_000);
