/** The rules of the house that no linter knows: which words stay out of the bed, what a file is called, and that it is about one thing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

import ts from 'typescript';

/** Of files that ESLint does not read; it has the same number for those that it does. */
const MOST_LINES = 350;
const READ_BY_ESLINT = new Set(['.cjs', '.js', '.mjs', '.ts']);

const CODE = new Set([...READ_BY_ESLINT, '.py', '.sh', '']);
/** Installed, built, or no code. */
const NOT_OURS = /^(assets|dist|docs|handler|lib|reports)\/|(^|\/)(node_modules|cdk\.out|__pycache__|\.[^/]+)(\/|$)/;

/** Words of the product: the bed runs whatever is deployed to it and knows none of them. */
const PRODUCT = /maintenance|patient|deferred[-_ ]?event|long[-_ ]?running/i;
const WITHOUT_PRODUCT = ['local/', 'test/local/'];

const CATCH_ALL = /(^|\/)(utils?|helpers?|common|misc)(\/|\.[a-z]+$)/;
/** In a docstring, where `@throws` says it to an editor as well. */
const THROWS_IN_PROSE = /^\s*\/?\*.*\bThrows\b/;

/** Every breach in the tree under a root, one line each. */
export function houseRules(root: string): string[] {
  return sources(root).flatMap((file) => breaches(file, readFileSync(join(root, file), 'utf8')));
}

/** What these rules name and the tree under a root does not have, one line each. */
export function staleHouseRules(root: string): string[] {
  return WITHOUT_PRODUCT.filter((folder) => !existsSync(join(root, folder))).map(
    (folder) => `scripts/check/house-rules.ts names ${folder}, which is not there`,
  );
}

function sources(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_OURS.test(`${entry.name}/`))
    .flatMap(({ name }) => readdirSync(join(root, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && CODE.has(extname(entry.name)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !NOT_OURS.test(file))
    .sort();
}

function breaches(file: string, text: string): string[] {
  const found: string[] = [];
  const lines = text.split('\n');
  const length = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (length > MOST_LINES && !READ_BY_ESLINT.has(extname(file))) {
    found.push(`${file}: ${length} lines, at most ${MOST_LINES}: which part of it is a thing of its own?`);
  }
  if (CATCH_ALL.test(file)) {
    found.push(`${file}: named after nothing: name it after what it does`);
  }
  if (WITHOUT_PRODUCT.some((folder) => file.startsWith(folder))) {
    found.push(...inLines(file, lines, PRODUCT, 'the bed knows no word of the product'));
  }
  if (file.endsWith('.ts')) {
    found.push(...inLines(file, lines, THROWS_IN_PROSE, 'what a function throws is said by @throws'));
    if (file !== 'src/index.ts' && isBarrel(file, text)) {
      found.push(`${file}: only passes on what others export: src/index.ts alone may`);
    }
  }
  return found;
}

function inLines(file: string, lines: readonly string[], pattern: RegExp, why: string): string[] {
  return lines.flatMap((line, index) => {
    const match = pattern.exec(line);
    return match ? [`${file}:${index + 1}: '${match[0].trim()}': ${why}`] : [];
  });
}

function isBarrel(file: string, text: string): boolean {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return statements.length > 0 && statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
}
