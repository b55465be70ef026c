/** A moved door stops the launcher, by name. The emulator is changed in the process under test, never on disk. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { plainEnvironment } from '../../../local/control-plane/process-environment';
import table from '../../../local/control-plane/triggers.json';
import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';

const CONTROL_PLANE = path.join(__dirname, '../../../local/control-plane');
let python: string;
let directory: string;

beforeAll(async () => {
  python = await virtualEnvironment({ log: () => undefined });
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'doors-'));
}, 300_000);
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

/** Runs Python with the launcher's modules to hand. */
function run(code: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(python, ['-c', `import sys\nsys.path.insert(0, ${JSON.stringify(CONTROL_PLANE)})\n${code}`], {
    env: { ...plainEnvironment(directory), PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** The launcher, with the emulator changed by `code` before its doors are checked. */
function launchAfter(code: string): string {
  return run(`
import runpy, json, os
os.dup2(os.pipe()[0], 0)
sys.argv = ["launcher.py", json.dumps({"dataPlane": "http://127.0.0.1:9", "workDir": ${JSON.stringify(path.join(directory, 'work'))}, "account": "000000000000", "region": "us-east-1"})]
${code}
runpy.run_path(${JSON.stringify(path.join(CONTROL_PLANE, 'launcher.py'))}, run_name="__main__")
`).output;
}

const doors = [...table.triggers, ...table.shared, ...table.used].map((row) => row.door);

it('finds every door of the table where it should be', () => {
  expect(run('import doors\ndoors.verify()\nprint("all here")')).toEqual({ status: 0, output: expect.stringContaining('all here') });
});

it('names every door that is gone and every one that takes other parameters', () => {
  const { output } = run(`
import doors, importlib
for door in ${JSON.stringify(doors)}:
    module, name = door.split(":")
    setattr(importlib.import_module(module), name, lambda moved: None)
try:
    doors.verify()
except doors.DoorMoved as moved:
    print(moved)
for door in ${JSON.stringify(doors)}:
    module, name = door.split(":")
    delattr(importlib.import_module(module), name)
try:
    doors.verify()
except doors.DoorMoved as moved:
    print(moved)
`);
  for (const door of doors) {
    expect(output).toContain(`door ${door} takes (moved) in ministack 1.5.33`);
    expect(output).toContain(`door ${door} is gone in ministack 1.5.33`);
  }
});

it('stops the launcher before it serves anything', () => {
  const output = launchAfter('import ministack.services.sns\ndel ministack.services.sns._deliver_to_lambda');
  expect(output).toContain('"type": "refused"');
  expect(output).toContain('door ministack.services.sns:_deliver_to_lambda is gone in ministack 1.5.33');
  expect(output).not.toContain('"type": "ready"');
});

it('puts a door in place in every module that holds it by name', () => {
  const { output } = run(`
import doors
from ministack.services.cloudformation import handlers, stacks
doors.put_in_place("ministack.services.cloudformation.stacks:_delete_stack_async", lambda original: "ours")
print(handlers._delete_stack_async, stacks._delete_stack_async)
`);
  expect(output).toContain('ours ours');
});
