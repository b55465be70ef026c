/** The rules of the house that no linter knows: where imports may point, how long a file may be, which words stay out of the bed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, posix, relative, sep } from 'node:path';

import ts from 'typescript';

/** A file that does one thing is shorter than this. */
const MOST_LINES = 350;

const FOLDERS = ['bench', 'cli', 'demo', 'examples', 'lambda', 'local', 'projenrc', 'scripts', 'src', 'test'];
const CODE = new Set(['.cjs', '.js', '.mjs', '.py', '.sh', '.ts', '']);
const NOT_OURS = /(^|\/)(node_modules|cdk\.out|__pycache__|\.[^/]+)(\/|$)/;

/** The library by its own name, as it is built: what its users import, and whoever here stands for one. */
const PUBLISHED = 'cdk-patient-lambda/';

/** What each part of the house may import from the repository; the longest matching prefix of the importing file decides. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  '.projenrc.ts': ['projenrc/'],
  'bench/': ['bench/', 'local/bed', PUBLISHED],
  'cli/': ['cli/', 'lambda/contract/'],
  'demo/': ['demo/', 'local/bed'],
  'examples/': ['examples/', PUBLISHED],
  'lambda/': ['lambda/'],
  'local/': ['local/'],
  'projenrc/': ['projenrc/'],
  'scripts/': ['scripts/'],
  'scripts/build/clients.ts': ['scripts/', 'local/sandbox/'], // makes what the sandbox runs
  'scripts/check/runtimes.ts': ['scripts/', 'local/sandbox/'], // names what the sandbox ran
  'src/': ['src/'],
  'test/': ['test/', 'bench/', 'cli/', 'demo/', 'examples/', 'lambda/', 'local/', 'projenrc/', 'scripts/', 'src/', PUBLISHED],
  'test/e2e/': ['test/', 'demo/', 'lambda/contract/', 'local/bed', PUBLISHED],
  'test/e2e/dynamodb-local/': ['test/', 'lambda/'], // the product's code over the stricter store, without a bed
  'test/local/': ['test/local/', 'local/'],
};

/** Words of the product: the bed runs whatever is deployed to it and knows none of them. */
const PRODUCT = /maintenance|patient|deferred[-_ ]?event|long[-_ ]?running/i;
const WITHOUT_PRODUCT = ['local/', 'test/local/'];

const LEFT_OPEN = /\b(TODO|FIXME|XXX|HACK)\b/;
const RUNS_ALONE = /\b(?:describe|it|test)\.(?:only|skip|todo)\b|\bf(?:describe|it)\(|\bx(?:describe|it|test)\(/;
const CATCH_ALL = /(^|\/)(utils?|helpers?|common|misc)\.[a-z]+$/;
const THIS_FILE = 'scripts/check/house-rules.ts';
const ITS_TEST = 'test/scripts/check/house-rules.test.ts';

/** Every breach in the tree under a root, one line each. */
export async function houseRules(root: string): Promise<string[]> {
  return sources(root).flatMap((file) => breaches(root, file, readFileSync(join(root, file), 'utf8')));
}

function sources(root: string): string[] {
  return FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && CODE.has(extname(entry.name)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !NOT_OURS.test(file))
    .sort();
}

function breaches(root: string, file: string, text: string): string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  const length = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (length > MOST_LINES && !file.endsWith('.generated.ts')) {
    found.push(`${file}: ${length} lines, at most ${MOST_LINES}: which part of it is a thing of its own?`);
  }
  if (CATCH_ALL.test(file)) {
    found.push(`${file}: named after nothing: name it after what it does`);
  }
  if (file !== THIS_FILE && file !== ITS_TEST) {
    found.push(...inLines(file, lines, LEFT_OPEN, 'left open'));
    found.push(...inLines(file, lines, RUNS_ALONE, 'a test that does not run, or runs alone'));
  }
  if (WITHOUT_PRODUCT.some((folder) => file.startsWith(folder))) {
    found.push(...inLines(file, lines, PRODUCT, 'the bed knows no word of the product'));
  }
  if (file.endsWith('.ts')) {
    found.push(...importBreaches(root, file, text));
    if (file !== 'src/index.ts' && isBarrel(file, text)) {
      found.push(`${file}: only passes on what others export: src/index.ts alone may`);
    }
  }
  return found;
}

function inLines(file: string, lines: readonly string[], pattern: RegExp, why: string): string[] {
  return lines.flatMap((line, index) => {
    const match = pattern.exec(line);
    return match ? [`${file}:${index + 1}: '${match[0]}': ${why}`] : [];
  });
}

function importBreaches(root: string, file: string, text: string): string[] {
  const part = Object.keys(MAY_IMPORT)
    .filter((prefix) => file.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  const allowed = MAY_IMPORT[part] ?? [];
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.') || `${specifier}/`.startsWith(PUBLISHED))
    .map((specifier) => (specifier.startsWith('.') ? resolve(root, file, specifier) : specifier))
    .filter((target) => !allowed.some((prefix) => (prefix.endsWith('/') ? `${target}/`.startsWith(prefix) : target === prefix)))
    .map((target) => `${file}: imports ${target}; ${part} may import ${allowed.join(', ')}`);
}

/** The imported path from the root, without an extension when it names a TypeScript file. */
function resolve(root: string, file: string, specifier: string): string {
  const target = posix.normalize(posix.join(dirname(file), specifier));
  return extname(target) === '.ts' || existsSync(join(root, `${target.replace(/\.js$/, '')}.ts`)) ? target.replace(/\.[jt]s$/, '') : target;
}

function isBarrel(file: string, text: string): boolean {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return statements.length > 0 && statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
}
