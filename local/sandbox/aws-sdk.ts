import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

const PROJECT_MODULES = path.resolve(__dirname, '../../node_modules');

let name: string | undefined;

/** A name for the cache that changes with any version in the tree. Read once for each process, as the tree has a hundred packages. */
export function sdkEntryName(): string {
  name ??= `aws-sdk-js-${createHash('sha256').update(sdkVersions().join('\n')).digest('hex').slice(0, 12)}`;
  return name;
}

function sdkVersions(): string[] {
  return sdkPackages().map((directory) => `${path.relative(PROJECT_MODULES, directory)}@${manifest(directory).version}`);
}

/**
 * Copies the project's `@aws-sdk/client-*` packages and everything they depend on into `into/node_modules`. A copy rather than the whole
 * `node_modules`: a function that forgot to bundle a library must fail here as it would on Lambda.
 */
export function collectSdk(into: string): void {
  for (const directory of sdkPackages()) {
    fs.cpSync(directory, path.join(into, 'node_modules', path.relative(PROJECT_MODULES, directory)), {
      recursive: true,
      dereference: true,
      filter: (source) => path.basename(source) !== 'node_modules' && !source.endsWith('.d.ts'),
    });
  }
}

/** Directories of all packages in the tree, each where Node.js would find it, nested ones included. */
function sdkPackages(): string[] {
  const scope = path.join(PROJECT_MODULES, '@aws-sdk');
  const found = new Set<string>();
  const waiting = fs
    .readdirSync(scope)
    .filter((client) => client.startsWith('client-'))
    .map((client) => path.join(scope, client));
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (found.has(directory)) {
      continue;
    }
    found.add(directory);
    waiting.push(...Object.keys(manifest(directory).dependencies ?? {}).map((dependency) => resolvePackage(dependency, directory)));
  }
  return [...found].sort();
}

function resolvePackage(dependency: string, from: string): string {
  for (let place = from; place.startsWith(PROJECT_MODULES); place = path.dirname(place)) {
    const candidate = path.join(place, 'node_modules', dependency);
    if (fs.existsSync(path.join(candidate, 'package.json'))) {
      return candidate;
    }
  }
  const candidate = path.join(PROJECT_MODULES, dependency);
  if (fs.existsSync(path.join(candidate, 'package.json'))) {
    return candidate;
  }
  throw new Error(`${dependency}, which ${path.relative(PROJECT_MODULES, from)} depends on, is not installed; run npm ci`);
}

function manifest(directory: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')) as { version: string; dependencies?: Record<string, string> };
}
