import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

const PROJECT_MODULES = path.resolve(__dirname, '../../node_modules');

/** A name for the cache that changes with any version in the tree. */
export function sdkEntryName(): string {
  const packages = sdkPackages().map((directory) => `${path.relative(PROJECT_MODULES, directory)}@${manifest(directory).version}`);
  return `aws-sdk-js-${createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12)}`;
}

/**
 * Copies the project's `@aws-sdk/client-*` packages and everything they depend on into `into/node_modules`. A copy rather than the whole
 * `node_modules`: a function that forgot to bundle a library must fail here as it would on Lambda.
 */
export function collectSdk(into: string): void {
  for (const directory of sdkPackages()) {
    fs.cpSync(directory, path.join(into, 'node_modules', path.relative(PROJECT_MODULES, directory)), {
      recursive: true, dereference: true, filter: (source) => path.basename(source) !== 'node_modules' && !source.endsWith('.d.ts'),
    });
  }
}

/** Directories of all packages in the tree, each where Node.js would find it, nested ones included. */
function sdkPackages(): string[] {
  const scope = path.join(PROJECT_MODULES, '@aws-sdk');
  const found = new Set<string>();
  const waiting = fs.readdirSync(scope).filter((name) => name.startsWith('client-')).map((name) => path.join(scope, name));
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    if (found.has(directory)) continue;
    found.add(directory);
    for (const dependency of Object.keys(manifest(directory).dependencies ?? {})) waiting.push(resolvePackage(dependency, directory));
  }
  return [...found].sort();
}

function resolvePackage(name: string, from: string): string {
  for (let place = from; place.startsWith(PROJECT_MODULES); place = path.dirname(place)) {
    const candidate = path.join(place, 'node_modules', name);
    if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate;
  }
  const candidate = path.join(PROJECT_MODULES, name);
  if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate;
  throw new Error(`${name}, which ${path.relative(PROJECT_MODULES, from)} depends on, is not installed; run npm ci`);
}

function manifest(directory: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')) as { version: string; dependencies?: Record<string, string> };
}
