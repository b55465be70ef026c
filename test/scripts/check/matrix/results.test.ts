import { COLUMNS } from '../../../../scripts/check/matrix/columns';
import { type Report, wrongIn } from '../../../../scripts/check/matrix/results';

const RELEASE = { runtime: 'python3.11', client: '4.2.2' };
const TITLES = COLUMNS.flatMap(({ tests }) => tests);

function report(titles: readonly string[], more: { ancestor?: string; status?: string } = {}): Report {
  const { ancestor = 'python on python3.11 with client 4.2.2', status = 'passed' } = more;
  const assertionResults = titles.map((title) => ({
    ancestorTitles: [ancestor],
    title,
    status,
    failureMessages: status === 'failed' ? ['why'] : [],
  }));
  return { testResults: [{ message: '', assertionResults }] };
}

test('a client holds when every test of every scenario passed', () => {
  expect(wrongIn(report(TITLES), [RELEASE])).toEqual([]);
});

test('a title may begin with what it is about', () => {
  expect(wrongIn(report(TITLES.map((title) => `sys.exit ${title}`)), [RELEASE])).toEqual([]);
});

test.each(['failed', 'pending'])('a test that %s is named with its client and scenario', (status) => {
  const wrong = wrongIn(report(TITLES, { status }), [RELEASE]);
  expect(wrong).toHaveLength(TITLES.length);
  expect(wrong[0]).toContain(`python3.11 with client 4.2.2: results: '${TITLES[0]}' ${status}`);
});

test('a scenario that was not run is not one that holds', () => {
  expect(wrongIn(report(TITLES.slice(1)), [RELEASE])).toEqual([
    `python3.11 with client 4.2.2: results: no test whose title ends '${TITLES[0]}' was run`,
  ]);
});

test('what another client did counts for nothing', () => {
  const others = report(TITLES, { ancestor: 'python on python3.11 with client 4.2.21' });
  expect(wrongIn(others, [RELEASE])).toHaveLength(TITLES.length);
});

test('a file that could not be loaded says why', () => {
  const { testResults } = report(TITLES);
  expect(wrongIn({ testResults: [...testResults, { message: 'cannot find module', assertionResults: [] }] }, [RELEASE])).toEqual([
    'cannot find module',
  ]);
});
