import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { searchPython } from '../../../local/sandbox/interpreters';

let home: string;

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'home-'));
});

afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

/** A program that answers as an interpreter of a version would, installed under a prefix. */
function install(prefix: string, version: string, site: string[] = []): string {
  const minor = version.split('.').slice(0, 2).join('.');
  const program = path.join(prefix, 'bin', `python${minor}`);
  fs.mkdirSync(path.dirname(program), { recursive: true });
  fs.writeFileSync(program, `#!/bin/sh\necho '${JSON.stringify({ version, prefix, site })}'\n`, { mode: 0o755 });
  return program;
}

function script(file: string, text: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

test('the interpreter on the PATH is taken when its minor version is the wanted one', async () => {
  const prefix = path.join(home, 'python');
  install(prefix, '3.12.7');
  const { found } = await searchPython('3.12', { PATH: path.join(prefix, 'bin'), HOME: home });
  expect(found).toEqual({ version: '3.12.7', prefix, sitePackages: [] });
});

test('its own directories of installed packages are told, those elsewhere and those absent are not', async () => {
  const prefix = path.join(home, 'python');
  const site = path.join(prefix, 'lib/python3.12/site-packages');
  install(prefix, '3.12.7', [site, path.join(prefix, 'absent'), '/usr/lib']);
  fs.mkdirSync(site, { recursive: true });
  expect((await searchPython('3.12', { PATH: path.join(prefix, 'bin'), HOME: home })).found?.sitePackages).toEqual([site]);
});

test('a shim that does not answer leads to the installations beside it, whatever HOME says', async () => {
  const manager = path.join(home, 'manager');
  const shim = script(path.join(manager, 'shims/python3.13'), 'echo "python3.13: command not found" >&2; exit 127');
  const real = install(path.join(manager, 'versions/3.13.1'), '3.13.1');
  const search = await searchPython('3.13', { PATH: path.dirname(shim), HOME: '/nonexistent' });
  expect(search.found?.prefix).toBe(path.join(manager, 'versions/3.13.1'));
  expect(search.looked).toEqual([shim, real]);
});

test('a virtual environment leads to the installation it was made from', async () => {
  const prefix = path.join(home, 'python');
  install(prefix, '3.12.7');
  script(path.join(home, 'venv/bin/python3.12'), `exec ${path.join(prefix, 'bin/python3.12')}`);
  expect((await searchPython('3.12', { PATH: path.join(home, 'venv/bin'), HOME: home })).found?.prefix).toBe(prefix);
});

test('an interpreter of another minor version is not taken, and the search names what it tried', async () => {
  const wrong = script(path.join(home, 'bin/python3.19'), `echo '${JSON.stringify({ version: '3.12.7', prefix: home, site: [] })}'`);
  const garbled = script(path.join(home, 'bin/python3'), 'echo hello');
  const search = await searchPython('3.19', { PATH: path.join(home, 'bin'), HOME: home });
  expect(search.found).toBeUndefined();
  expect(search.looked).toEqual(expect.arrayContaining([wrong, garbled]));
});

test('relative places on the PATH are not searched', async () => {
  expect((await searchPython('3.19', { PATH: '.:bin', HOME: home })).looked.filter((file) => !path.isAbsolute(file))).toEqual([]);
});
