import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import { ROOT, tool } from '../../scripts/command';
import { childEnvironment } from '../../scripts/environment';
import { packed, packedFiles, unpack } from './unpacked';

const ALLOWED =
  /^(lib\/.*\.(js|d\.ts)|assets\/.*|(handler\/(testing\/)?|replay\/)(index\.(m?js|d\.m?ts)|package\.json)|(bin|cli)\/.*|package\.json|README\.md|CHANGELOG\.md|LICENSE|NOTICE|THIRD-PARTY-LICENSES|\.jsii|\.jsii\.tabl\.json)$/;
const REQUIRED = [
  '.jsii',
  '.jsii.tabl.json',
  'CHANGELOG.md',
  'LICENSE',
  'NOTICE',
  'README.md',
  'THIRD-PARTY-LICENSES',
  'assets/custom-resource/handler-layer.zip',
  'assets/custom-resource/responder/index.js',
  'assets/maintenance-window/layer.zip',
  'assets/maintenance-window/planner/index.js',
  'assets/maintenance-window/replayer/index.js',
  'handler/index.d.mts',
  'handler/index.d.ts',
  'handler/index.js',
  'handler/index.mjs',
  'handler/package.json',
  'handler/testing/index.d.mts',
  'handler/testing/index.d.ts',
  'handler/testing/index.js',
  'handler/testing/index.mjs',
  'handler/testing/package.json',
  'lib/index.d.ts',
  'lib/index.js',
  'package.json',
  'replay/index.d.mts',
  'replay/index.d.ts',
  'replay/index.js',
  'replay/index.mjs',
  'replay/package.json',
];
const MOST_BYTES = 2_000_000;

/** Every file that a map of exports names, under whichever conditions. */
function targetsOf(exported: unknown): string[] {
  return typeof exported === 'string' ? [exported] : Object.values(exported as Record<string, unknown>).flatMap(targetsOf);
}

describe('the published package', () => {
  let folder: string;
  let manifest: Record<string, Record<string, unknown> | undefined>;

  beforeAll(() => {
    folder = unpack();
    manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  });

  afterAll(() => rmSync(dirname(folder), { recursive: true }));

  test('holds what users need', () => {
    expect(packedFiles()).toEqual(expect.arrayContaining(REQUIRED));
  });

  test('holds nothing else', () => {
    expect(packedFiles().filter((file) => !ALLOWED.test(file))).toEqual([]);
  });

  test('is smaller than 2 MB', () => {
    expect(statSync(packed()).size).toBeLessThan(MOST_BYTES);
  });

  test('brings no dependencies', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(manifest.optionalDependencies ?? {}).toEqual({});
    expect(manifest.bundledDependencies ?? []).toHaveLength(0);
    expect(Object.keys(manifest.peerDependencies!)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  test('exports only files that it holds', () => {
    const files = packedFiles();
    expect(
      targetsOf(manifest.exports)
        .map((target) => target.replace(/^\.\//, ''))
        .filter((target) => !files.includes(target)),
    ).toEqual([]);
  });

  test('is built to the same bytes in another folder, time zone and language', async () => {
    const into = join(dirname(folder), 'again');
    mkdirSync(into);
    await promisify(execFile)(tool('tsx'), [join(ROOT, 'scripts', 'build', 'bundle.ts'), into], {
      cwd: into,
      env: childEnvironment({ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8' }),
    });

    const built = readdirSync(into, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(into, join(entry.parentPath, entry.name)));
    expect(built.sort()).toEqual(
      packedFiles()
        .filter((file) => /^(assets|handler|replay)\/|^THIRD-PARTY-LICENSES$/.test(file))
        .sort(),
    );
    expect(built.filter((file) => !readFileSync(join(into, file)).equals(readFileSync(join(folder, file))))).toEqual([]);
  });

  test('carries one handler runtime: the layer holds what is published', () => {
    const layer = readFileSync(join(folder, 'assets/custom-resource/handler-layer.zip'));
    expect(layer.includes(readFileSync(join(folder, 'handler/index.js')))).toBe(true); // nothing in it is compressed
  });

  test("lets code that is not bundled ask for the replay mark: the gate's layer holds what is published", () => {
    const layer = readFileSync(join(folder, 'assets/maintenance-window/layer.zip'));
    expect(layer.includes(readFileSync(join(folder, 'replay/index.js')))).toBe(true);
  });

  test('keeps what tests of handlers need out of functions', () => {
    const inFunctions = ['handler/index.js', 'handler/index.mjs', 'assets/custom-resource/handler-layer.zip'];
    const forTests = /SimulatedClock|runOperation|handler\/testing/;
    expect(inFunctions.filter((file) => forTests.test(readFileSync(join(folder, file), 'latin1')))).toEqual([]);
    expect(readFileSync(join(folder, 'handler/testing/index.js'), 'utf8')).toMatch(forTests);
  });

  test('has files that everybody may read', () => {
    const unreadable = packedFiles().filter((file) => (statSync(join(folder, file)).mode & 0o444) !== 0o444);
    expect(unreadable).toEqual([]);
  });

  test('carries the samples of the README translated', () => {
    const tablet = JSON.parse(readFileSync(join(folder, '.jsii.tabl.json'), 'utf8')) as {
      snippets: Record<string, { location: { api: { api: string } }; didCompile?: boolean }>;
    };
    const samples = Object.values(tablet.snippets);
    expect(samples.filter((sample) => sample.location.api.api === 'moduleReadme').length).toBeGreaterThan(0);
    expect(samples.filter((sample) => sample.didCompile !== true)).toEqual([]);
  });

  test('says what was bundled and under which license', () => {
    const notices = readFileSync(join(folder, 'THIRD-PARTY-LICENSES'), 'utf8');
    const layer = readFileSync(join(folder, 'assets/maintenance-window/layer.zip'), 'latin1');
    expect(layer).toContain('AWS4-HMAC-SHA256');
    expect(notices).toContain('aws4 ');
    expect(notices).toContain('Permission is hereby granted');
  });
});
