/** The emulator's Python environment: built once, whole or not at all, of exactly the pinned packages. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';

const PINNED = fs.readFileSync(path.join(__dirname, '../../../local/control-plane/requirements.txt'), 'utf8');
/** The smallest pinned package, so that a test builds in a moment. */
const SMALL = /^six==.*(?:\n {4}.*)*/m.exec(PINNED)![0];

/** A limit for builds on a machine that does much else. */
const BUILD_MS = 300_000;

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'venv-test-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function requirements(text: string): string {
  const file = path.join(directory, 'requirements.txt');
  fs.writeFileSync(file, text);
  return file;
}

const cacheOf = () => path.join(directory, 'cache');
const entries = () => fs.readdirSync(cacheOf());

it(
  'is built on first use, with progress, clears what a killed build left, and is used again afterwards',
  async () => {
    const [abandoned, atWork] = ['x.building-old', 'x.building-new'].map((name) => path.join(cacheOf(), name));
    for (const building of [abandoned, atWork]) {
      fs.mkdirSync(building, { recursive: true });
    }
    const twoHoursAgo = Date.now() / 1000 - 7200;
    fs.utimesSync(abandoned, twoHoursAgo, twoHoursAgo);
    const lines: string[] = [];
    const options = { cache: cacheOf(), requirements: requirements(SMALL), log: (line: string) => lines.push(line) };
    const python = await virtualEnvironment(options);
    expect(fs.existsSync(python)).toBe(true);
    expect([fs.existsSync(abandoned), fs.existsSync(atWork)]).toEqual([false, true]);
    expect(lines[0]).toContain('creating its Python environment once');
    expect(lines.some((line) => line.includes('Successfully installed six'))).toBe(true);
    lines.length = 0;
    expect(await virtualEnvironment(options)).toBe(python);
    expect(lines).toEqual([]);

    const wrong = SMALL.replace(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`);
    await expect(virtualEnvironment({ ...options, requirements: requirements(wrong) })).rejects.toThrow(/HASH/i);
    expect(entries().sort()).toEqual([path.basename(path.dirname(path.dirname(python))), 'x.building-new'].sort());
  },
  BUILD_MS,
);

it(
  'is one and whole when two start at once',
  async () => {
    const options = { cache: cacheOf(), requirements: requirements(SMALL), log: () => undefined };
    const [first, second] = await Promise.all([virtualEnvironment(options), virtualEnvironment(options)]);
    expect(second).toBe(first);
    expect(entries()).toEqual([path.basename(path.dirname(path.dirname(first)))]);
  },
  BUILD_MS,
);

it('pins every package by hash and names no host', () => {
  const pins = PINNED.split('\n').filter((line) => /^[a-z]/.test(line));
  expect(pins.length).toBeGreaterThan(15);
  for (const pin of pins) {
    expect(pin).toMatch(/^[a-z0-9-]+==[0-9a-z.]+( ; .*)? \\$/);
  }
  expect(PINNED).not.toMatch(/https?:|--index|--find-links/);
});
