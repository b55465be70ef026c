/** The table of docs/clients.md: which interpreter ran which client through which scenario. */
import { COLUMNS } from './columns';

const BEGIN = '<!-- written by `npm run matrix` -->';
const END = '<!-- end of what `npm run matrix` wrote -->';
const HELD = '✓';

/** A runtime with a release of AWS's client. */
export interface Release {
  readonly runtime: string;
  readonly client: string;
}

/** With the interpreter's full version. */
export interface Row extends Release {
  readonly interpreter: string;
}

export interface Table {
  /** `2026-11-30` */
  readonly day: string;
  /** `linux-x64` */
  readonly platform: string;
  /** What passed every scenario. */
  readonly rows: readonly Row[];
  /** Runtimes for which there was no interpreter. */
  readonly absent: readonly string[];
}

/** The table as Markdown, aligned as the formatter wants it. */
export function render({ day, platform, rows, absent }: Table): string {
  const cells = [
    ['runtime', 'interpreter', 'client', ...COLUMNS.map(({ heading }) => heading)],
    ...rows.map(({ runtime, interpreter, client }) => [runtime, interpreter, client, ...COLUMNS.map(() => HELD)]),
  ];
  const widths = cells[0].map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const notRun = absent.length > 0 ? `Not run, for want of an interpreter: ${absent.join(', ')}.` : 'Every runtime was run.';
  return `Run on ${day}, on ${platform}. ${notRun}\n\n${[line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n')}`;
}

/**
 * A page with the table in place of the one before.
 *
 * @throws Error when the page does not say where
 */
export function withTable(page: string, table: string): string {
  const [before, , after] = parts(page);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}

/** What a page's table says, as cells; the headings first. */
export function rowsOf(page: string): string[][] {
  return parts(page)[1]
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** The runtimes that a page's table says were not run. */
export function absentOf(page: string): string[] {
  return /want of an interpreter: (.*)\.$/m.exec(parts(page)[1])?.[1].split(', ') ?? [];
}

function parts(page: string): [before: string, table: string, after: string] {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(`the page has no place for the table: it needs the lines '${BEGIN}' and '${END}'`);
  }
  return [page.slice(0, begin), page.slice(begin + BEGIN.length, end), page.slice(end + END.length)];
}
