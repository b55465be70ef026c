/** A sample in the documentation is in a file that is compiled and run: what a page shows is what was tried. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/**
 * Samples of the README in `ts` are compiled, and translated, by jsii-rosetta;
 * handlers, which are no jsii code, carry the capitals that it passes over.
 */
const CODE = /^```(ts|js|typescript|javascript)$/i;
const SOURCE = /^<!-- quoted from (\S+) -->$/;

interface Quote {
  readonly page: string;
  readonly line: number;
  readonly source?: string;
  readonly code: readonly string[];
}

function quotes(page: string): Quote[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (!CODE.test(line) || (page === 'README.md' && line === '```ts')) {
      return [];
    }
    const code = lines.slice(index + 1, lines.indexOf('```', index + 1));
    return [{ page, line: index + 1, source: SOURCE.exec(lines[index - 1])?.[1], code }];
  });
}

/** Whether the lines are in the text one after another, all indented alike. */
function holds(text: string, code: readonly string[]): boolean {
  const lines = text.split('\n');
  return lines.some((first, start) => {
    const indent = first.slice(0, first.length - first.trimStart().length);
    return code.every((line, offset) => lines[start + offset] === (line === '' ? '' : indent + line));
  });
}

const ALL = PAGES.flatMap(quotes);

test('the guide has samples', () => {
  expect(ALL.filter(({ page }) => page === 'docs/custom-resources.md').length).toBeGreaterThan(8);
});

test.each(ALL.map((quote) => [`${quote.page}:${quote.line}`, quote] as const))(
  'the sample at %s stands in its source, word for word',
  (_, { source, code }) => {
    expect(source).toBeDefined();
    expect(code.length).toBeGreaterThan(0);
    expect(holds(readFileSync(join(ROOT, source!), 'utf8'), code) ? 'there' : `${source} has not:\n${code.join('\n')}`).toBe('there');
  },
);
