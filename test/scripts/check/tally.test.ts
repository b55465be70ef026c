import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readReport, type TestCase, writeReport } from '../../../scripts/check/junit';
import { tally } from '../../../scripts/check/tally';
import { ROOT, tool } from '../../../scripts/command';

const passed = (name: string, seconds = 0.1): TestCase => ({ suite: 's', name, seconds, outcome: 'passed' });
const failed = (name: string): TestCase => ({ suite: 's', name, seconds: 0.1, outcome: 'failed', message: 'expected 1 & got <2>' });
const skipped = (name: string): TestCase => ({ suite: 's', name, seconds: 0, outcome: 'skipped', message: name });

describe('tally', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tally-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function report(group: string, ...tests: TestCase[]) {
    writeReport(join(folder, `${group}.xml`), group, tests);
  }

  test('adds up the groups and ends with the totals', () => {
    report('unit', passed('a'), passed('b'));
    report('e2e', passed('c'), skipped('not run: no java'));
    const { ok, lines } = tally(folder, ['unit', 'e2e']);
    expect(ok).toBe(true);
    expect(lines[lines.length - 1]).toBe('3 passed, 0 failed, 1 skipped');
  });

  test('fails when a report is missing, naming the group', () => {
    report('unit', passed('a'));
    const { ok, lines } = tally(folder, ['unit', 'e2e']);
    expect(ok).toBe(false);
    expect(lines.join('\n')).toMatch(/e2e +FAILED: no report/);
    expect(lines[lines.length - 1]).toBe('1 passed, 1 failed, 0 skipped');
  });

  test('fails when a group ran no test', () => {
    report('unit');
    expect(tally(folder, ['unit'])).toMatchObject({ ok: false });
  });

  test('fails when everything of a group was skipped', () => {
    report('unit', skipped('not run: no java'));
    const { ok, lines } = tally(folder, ['unit']);
    expect(ok).toBe(false);
    expect(lines.join('\n')).toContain('ran no test');
  });

  test('fails when a test failed, and names it', () => {
    report('unit', passed('a'), failed('breaks'));
    const { ok, lines } = tally(folder, ['unit']);
    expect(ok).toBe(false);
    expect(lines).toContain('FAILED unit: s breaks');
    expect(lines[lines.length - 1]).toBe('1 passed, 1 failed, 0 skipped');
  });

  test('fails when a report is cut off', () => {
    writeFileSync(join(folder, 'unit.xml'), '<testsuites><testsuite name="unit"><testcase name="a"');
    const { ok, lines } = tally(folder, ['unit']);
    expect(ok).toBe(false);
    expect(lines.join('\n')).toContain('unreadable report');
  });

  test('fails when a report is no JUnit file', () => {
    writeFileSync(join(folder, 'unit.xml'), '<html></html>');
    expect(tally(folder, ['unit'])).toMatchObject({ ok: false });
  });

  test('prints the slowest ten, the slowest first', () => {
    report('unit', ...Array.from({ length: 12 }, (_, index) => passed(`test ${index}`, index)));
    const { lines } = tally(folder, ['unit']);
    const slowest = lines.slice(lines.indexOf('slowest:') + 1, -1);
    expect(slowest).toHaveLength(10);
    expect(slowest[0]).toContain('test 11');
    expect(slowest[9]).toContain('test 2');
  });

  test('as a command, ends with the totals alone and uncoloured, and tells by its exit code', () => {
    rmSync(join(ROOT, 'reports', 'no-such-group.xml'), { force: true });
    const { status, stdout } = spawnSync(tool('tsx'), [join(ROOT, 'scripts', 'check', 'tally.ts'), 'no-such-group'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, FORCE_COLOR: '1' },
    });
    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n').pop()).toBe('0 passed, 1 failed, 0 skipped');
  });
});

describe('reports', () => {
  test('come back as they were written, whatever is in a message', () => {
    const folder = mkdtempSync(join(tmpdir(), 'junit-'));
    const tests = [
      passed('a <b> & "c"'),
      passed('true'),
      failed('breaks'),
      skipped('not run: no java'),
      { ...failed('colour'), message: 'a\u001b[31m' },
    ];
    writeReport(join(folder, 'r.xml'), 'unit', tests);
    expect(readReport(join(folder, 'r.xml'))).toEqual([...tests.slice(0, 4), { ...tests[4], message: 'a\ufffd[31m' }]);
    expect(() => execFileSync('python3', ['-c', 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])', join(folder, 'r.xml')])).not.toThrow();
    rmSync(folder, { recursive: true });
  });
});
