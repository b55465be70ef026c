/** The declarations of the handler runtime under the compilers that users may have: the oldest, the newest, and one between them. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { npmPackages } from '../fetched-packages';
import { installed } from './installed';
import { SAMPLES } from './type-samples';

/** By the names that compilers/package.json gives them. 6.0 is what handler-types.test.ts asks in every setting. */
const COMPILERS: readonly (readonly [version: string, name: string])[] = [
  ['4.9.5', 'typescript-4.9'],
  ['5.9.3', 'typescript-5.9'],
  ['7.0.2', 'typescript-7.0'],
];

const OPTIONS = {
  target: 'es2022',
  module: 'node16',
  moduleResolution: 'node16',
  lib: ['es2022', 'dom'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: false,
};

/** To fetch 100 MB. */
const PATIENCE_MS = 300_000;

let compilers: string;
let project: string;

beforeAll(async () => {
  compilers = await npmPackages({ name: 'typescript', pins: join(__dirname, 'compilers') });
  project = installed();
  for (const [name, { code }] of Object.entries(SAMPLES)) {
    writeFileSync(join(project, `${name}.mts`), code);
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include: ['*.mts'] }));
}, PATIENCE_MS);

afterAll(() => rmSync(project, { recursive: true }));

test.each(COMPILERS)('TypeScript %s', (version, name) => {
  const tsc = (...args: string[]) => run(join(compilers, 'node_modules', name, 'bin/tsc'), args);
  expect(tsc('--version')).toContain(version);
  const said = tsc('--project', project, '--pretty', 'false');
  const told = Object.entries(SAMPLES).map(([sample, { error }]) => {
    const found = errorsOf(said, `${sample}.mts`);
    return { sample, right: error === undefined ? found === '' : error.test(found), found };
  });
  expect(told.filter(({ right }) => !right)).toEqual([]);
  expect(said.match(/^[^\s(]*node_modules[^\s(]*\(.*$/gm) ?? []).toEqual([]);
});

/** What a compiler prints, whatever it thinks of the code. */
function run(file: string, args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, [file, ...args], { cwd: project, encoding: 'utf8', env: { PATH: process.env.PATH } });
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

/** What is said of one file, with the lines that explain it. */
function errorsOf(said: string, file: string): string {
  return said
    .split(/^(?=\S)/m)
    .filter((part) => part.startsWith(`${file}(`))
    .join('');
}
