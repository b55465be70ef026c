import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { formatStaged, type Formatter } from '../../../scripts/check/format-staged';
import { ROOT } from '../../../scripts/command';
import { childEnvironment } from '../../../scripts/environment';

/** Writes each file in capital letters. */
const CAPITALS: Formatter = {
  extensions: ['.txt'],
  command: [
    process.execPath,
    '-e',
    "const fs = require('fs'); for (const file of process.argv.slice(1)) fs.writeFileSync(file, fs.readFileSync(file, 'utf8').toUpperCase());",
  ],
};

describe('what is staged', () => {
  let root: string;

  beforeEach(() => {
    // Where a hook of this repository runs the tests, these would have git look for it there
    for (const name of Object.keys(process.env).filter((variable) => variable.startsWith('GIT_'))) {
      delete process.env[name];
    }
    root = mkdtempSync(join(tmpdir(), 'staged-'));
    git('init', '--quiet');
    for (const [name, value] of [
      ['user.name', 'a'],
      ['user.email', 'a@example.invalid'],
      ['commit.gpgsign', 'false'],
    ]) {
      git('config', name, value);
    }
    write({ 'old.txt': 'OLD\n', 'gone.txt': 'GONE\n' });
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function git(...args: string[]): string {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', env: childEnvironment({ GIT_CONFIG_GLOBAL: '/dev/null' }) });
  }

  function write(files: Record<string, string>) {
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(root, file), text);
    }
  }

  const inWorkTree = (file: string) => readFileSync(join(root, file), 'utf8');

  test('is formatted, and staged as it is then', async () => {
    write({ 'new file.txt': 'new\n', 'old.txt': 'changed\n', 'other.md': 'other\n' });
    rmSync(join(root, 'gone.txt'));
    git('add', '--all');
    expect(await formatStaged(root, [CAPITALS])).toEqual([]);
    expect(git('show', ':new file.txt')).toBe('NEW\n');
    expect(git('show', ':old.txt')).toBe('CHANGED\n');
    expect(git('show', ':other.md')).toBe('other\n');
    expect(git('status', '--short')).toBe('D  gone.txt\nA  "new file.txt"\nM  old.txt\nA  other.md\n');
  });

  test('stays as it is when the file has further changes, and those are not staged', async () => {
    write({ 'old.txt': 'staged\n' });
    git('add', '.');
    write({ 'old.txt': 'staged\nnot staged\n' });
    expect(await formatStaged(root, [CAPITALS])).toEqual(['old.txt']);
    expect(git('show', ':old.txt')).toBe('staged\n');
    expect(inWorkTree('old.txt')).toBe('staged\nnot staged\n');
  });

  test('is all that is touched', async () => {
    write({ 'old.txt': 'not staged\n', 'untracked.txt': 'untracked\n' });
    expect(await formatStaged(root, [CAPITALS])).toEqual([]);
    expect(inWorkTree('old.txt')).toBe('not staged\n');
    expect(inWorkTree('untracked.txt')).toBe('untracked\n');
    expect(git('status', '--short')).toBe(' M old.txt\n?? untracked.txt\n');
  });

  test('is not committed when a formatter fails', async () => {
    write({ 'new.txt': 'new\n' });
    git('add', '.');
    const failing: Formatter = { extensions: ['.txt'], command: [process.execPath, '-e', "console.error('new.txt: not a text'); process.exit(2)"] };
    await expect(formatStaged(root, [failing])).rejects.toThrow(/new\.txt: not a text/);
  });

  test('is formatted by the hook in the index that the commit is made of', () => {
    // The hook as it is, with a formatter that a test can tell: the repository's own would take its packages along
    mkdirSync(join(root, '.githooks'));
    const script = `require('tsx/cjs'); const { formatStaged } = require(${JSON.stringify(join(ROOT, 'scripts/check/format-staged'))});
      formatStaged(${JSON.stringify(root)}, [${JSON.stringify(CAPITALS)}]).catch((error) => { console.error(error); process.exit(1); });`;
    writeFileSync(join(root, 'hook.js'), script);
    writeFileSync(join(root, '.githooks/pre-commit'), `#!/bin/sh\nNODE_PATH=${join(ROOT, 'node_modules')} exec ${process.execPath} hook.js\n`, {
      mode: 0o755,
    });
    git('config', 'core.hooksPath', '.githooks');
    write({ 'old.txt': 'changed\n' });
    git('commit', '--quiet', '--all', '-m', 'second');
    expect(git('show', 'HEAD:old.txt')).toBe('CHANGED\n');
    expect(inWorkTree('old.txt')).toBe('CHANGED\n');
  });
});
