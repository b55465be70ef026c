/** Where imports may point, by dependency-cruiser and the rules in .dependency-cruiser.mjs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { type CommandResult, ROOT, run, tool } from '../command';

const CONFIGURATION = join(ROOT, '.dependency-cruiser.mjs');

/** What the configuration exports beside the rules that are made of it. */
interface Rules {
  readonly PARTS: Readonly<Record<string, readonly string[]>>;
  readonly ROOMS: Readonly<Record<string, readonly string[]>>;
  readonly REFUSED: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
}

/** Folders that are not committed, and names of packages: built or installed, so perhaps not there now. */
const NOT_IN_THE_TREE = /^(lib|handler|cdk-patient-lambda|node_modules|@aws-sdk)(\/|$)/;
const CODE = /\.[cm]?[jt]s$/;
/** Folders at the top with nothing that is imported by its path. */
const WITHOUT_PART = new Set(['.cache', '.git', 'assets', 'dist', 'handler', 'lib', 'node_modules', 'replay', 'reports', 'rosetta']);

/** Every import that a rule refuses, as dependency-cruiser reports it; with the exit code 0 when there is none. */
export async function cruise(root: string, outputType = 'err-long', cached = false): Promise<CommandResult> {
  const { PARTS } = await rules();
  const tops = [...new Set(Object.keys(PARTS).map((part) => part.split('/')[0]))].filter((top) => existsSync(join(root, top)));
  const options = ['--config', CONFIGURATION, '--output-type', outputType, ...(cached ? [] : ['--no-cache'])];
  return run(tool('depcruise'), [...options, ...tops], { quiet: true, cwd: root });
}

/** What is wrong with the rules themselves: a path that is not there, or code that no part names. */
export async function wrongRules(root: string): Promise<string[]> {
  const { PARTS, ROOMS, REFUSED } = await rules();
  const paths = [PARTS, ROOMS].flatMap((rule) => Object.entries(rule).flat(2)).concat(REFUSED.flatMap(({ from, to }) => [...from, ...to]));
  const stale = [...new Set(paths)].filter((path) => !NOT_IN_THE_TREE.test(path) && !existsSync(join(root, path)));
  const parts = new Set(Object.keys(PARTS));
  const unnamed = readdirSync(root, { withFileTypes: true })
    .filter((entry) => !parts.has(entry.name) && !WITHOUT_PART.has(entry.name))
    .filter((entry) => (entry.isDirectory() ? holdsCode(join(root, entry.name)) : CODE.test(entry.name)))
    .map(({ name }) => name);
  return [
    ...stale.map((path) => `.dependency-cruiser.mjs names ${path}, which is not there: remove the rule, or correct the path`),
    ...unnamed.map((name) => `.dependency-cruiser.mjs has no rule for ${name}: say in PARTS what it may import`),
  ];
}

function holdsCode(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile() && CODE.test(entry.name));
}

async function rules(): Promise<Rules> {
  return (await import(CONFIGURATION)) as Rules;
}
