/** Every CDK app of the repository, with each context in which the demo, the tests and the benchmarks deploy it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { ROOT } from '../../command';

export interface TemplateApp {
  /** The folder that its templates are written to. It stays when the app moves, or what is compared would not be found. */
  readonly name: string;
  /** Path of the app from the root. */
  readonly file: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The bed gives the newest runtimes that the machine can run; templates must not depend on the machine. */
const RUNTIMES = { python: 'python3.13', nodejs: 'nodejs22.x' };

const EXAMPLE = 'examples/typescript/app.ts';
const CUSTOM_RESOURCE = 'test/e2e/apps/custom-resource/app.ts';
const GUARDED = 'test/e2e/apps/guarded/app.ts';

const NEVER_HANGS = [
  'Resource',
  'ImportError',
  'SyntaxError',
  'NoSuchHandler',
  'ThrowsAtLoad',
  'ModuleThrows',
  'BehindADoor',
  'Removed',
  'SwitchedOff',
  'Busy',
  'Recursive',
  'CarriesOn',
];

export const APPS: readonly TemplateApp[] = [
  { name: 'example', file: EXAMPLE },
  { name: 'example-demo', file: EXAMPLE, context: { ...RUNTIMES, executionTimeout: '15', timeout: '100', itemsPerSecond: '5' } },
  { name: 'example-changed', file: EXAMPLE, context: { ...RUNTIMES, greeting: 'goodbye', itemsPerSecond: '100', parameter: '/another' } },
  { name: 'handlers', file: 'examples/handlers/app.ts' },
  {
    name: 'handlers-bed',
    file: 'examples/handlers/app.ts',
    context: { ...RUNTIMES, servers: '127.0.0.1:1', apiUrl: 'http://127.0.0.1:2/v1', timeout: '120' },
  },
  ...['create', 'change', 'extra', 'failing', 'update', 'add', 'leak'].map((phase) => ({
    name: `custom-resource-${phase}`,
    file: CUSTOM_RESOURCE,
    context: { nodejs: RUNTIMES.nodejs, phase },
  })),
  { name: 'guarded', file: GUARDED, context: RUNTIMES },
  { name: 'guarded-second', file: GUARDED, context: { ...RUNTIMES, deployment: 'second' } },
  { name: 'provider', file: 'test/e2e/apps/provider/app.ts', context: { nodejs: RUNTIMES.nodejs } },
  {
    name: 'never-hangs',
    file: 'test/e2e/custom-resource/never-hangs/app/app.ts',
    context: { nodejs: RUNTIMES.nodejs, answers: 'http://127.0.0.1:1', lambda: 'http://127.0.0.1:2', functions: NEVER_HANGS.join(',') },
  },
  { name: 'bench-invocations', file: 'bench/app/app.ts', context: RUNTIMES },
  { name: 'bench-custom-resources', file: 'bench/custom-resources/app/app.ts', context: { nodejs: RUNTIMES.nodejs } },
  { name: 'bed-listeners', file: 'test/local/apps/listeners.ts', environment: { PYTHON_RUNTIME: RUNTIMES.python } },
  { name: 'bed-sleeper', file: 'test/local/apps/sleeper.ts', environment: { PYTHON_RUNTIME: RUNTIMES.python, WAITS: 'yes' } },
];

const FOLDERS = ['bench', 'examples', 'test'];
/** An app that is made when the file is loaded. */
const MAKES_AN_APP = /^(?! ).*\bnew App\(\)/m;
const NOT_A_PROGRAM = /(^|\/)(node_modules|cdk\.out)\/|\.test\.ts$/;

/** What is wrong with the list: a program with an app that it does not name, or a file that is not there. */
export function wrongInList(apps: readonly TemplateApp[] = APPS, root = ROOT): string[] {
  const listed = new Set(apps.map(({ file }) => file));
  const programs = FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !NOT_A_PROGRAM.test(file) && MAKES_AN_APP.test(readFileSync(join(root, file), 'utf8')));
  return [
    ...programs.filter((file) => !listed.has(file)).map((file) => `${file} makes an app that scripts/check/templates/apps.ts does not list`),
    ...[...listed].filter((file) => !existsSync(join(root, file))).map((file) => `scripts/check/templates/apps.ts lists ${file}, which is not there`),
  ];
}
