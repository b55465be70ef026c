import { absentOf, render, rowsOf, type Table, withTable } from '../../../../scripts/check/matrix/table';

const TABLE: Table = {
  day: '2026-11-30',
  platform: 'linux-x64',
  rows: [{ runtime: 'python3.11', interpreter: '3.11.7', client: '4.2.2' }],
  absent: ['python3.14', 'python3.15'],
};
const PAGE = 'before\n<!-- written by `npm run matrix` -->\nold\n<!-- end of what `npm run matrix` wrote -->\nafter\n';

test('a table is read as it was written', () => {
  const page = withTable(PAGE, render(TABLE));
  const [headings, ...rows] = rowsOf(page);
  expect(headings.slice(0, 4)).toEqual(['runtime', 'interpreter', 'client', 'results']);
  expect(rows).toEqual([['python3.11', '3.11.7', '4.2.2', ...headings.slice(3).map(() => '✓')]]);
  expect(absentOf(page)).toEqual(['python3.14', 'python3.15']);
});

test('a new table takes the place of the old one, and nothing else of the page changes', () => {
  const page = withTable(PAGE, render(TABLE));
  expect(page).toMatch(/^before\n<!--[^]*-->\nafter\n$/);
  expect(page).not.toContain('\nold\n');
  expect(withTable(page, render(TABLE))).toBe(page);
});

test('where everything ran, nothing is absent', () => {
  expect(absentOf(withTable(PAGE, render({ ...TABLE, absent: [] })))).toEqual([]);
});

test('a page without a place for the table is refused', () => {
  expect(() => withTable('no place', 'table')).toThrow('it needs the lines');
});
