/** What jest's report says of each client and scenario. */
import { type Column, COLUMNS } from './columns';
import type { Release } from './table';

/** The part of jest's JSON that counts here. */
export interface Report {
  readonly testResults: readonly {
    /** Why a file could not be run. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Everything that did not pass, or was not run though it should have been: one text each. Empty: the matrix holds. */
export function wrongIn(report: Report, releases: readonly Release[]): string[] {
  const assertions = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const wrong = releases.flatMap((release) => {
    const own = assertions.filter(({ ancestorTitles }) => isOf(ancestorTitles[0] ?? '', release));
    return COLUMNS.flatMap((column) =>
      wrongOf(own, column).map((what) => `${release.runtime} with client ${release.client}: ${column.heading}: ${what}`),
    );
  });
  // A file that jest could not load has no tests at all, and says why
  const unread = report.testResults.filter(({ assertionResults }) => assertionResults.length === 0).map(({ message }) => message);
  return [...unread, ...wrong];
}

function wrongOf(own: readonly { title: string; status: string; failureMessages: readonly string[] }[], column: Column): string[] {
  return column.tests.flatMap((end) => {
    const ran = own.filter(({ title }) => title.endsWith(end));
    if (ran.length === 0) {
      return [`no test whose title ends '${end}' was run`];
    }
    return ran
      .filter(({ status }) => status !== 'passed')
      .map(({ title, status, failureMessages }) => `'${title}' ${status}: ${failureMessages.join('\n')}`);
  });
}

function isOf(title: string, { runtime, client }: Release): boolean {
  return title.endsWith(` on ${runtime} with client ${client}`);
}
