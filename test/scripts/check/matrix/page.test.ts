/** docs/clients.md names what is pinned and what was run, so that it can't fall behind either. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import clients from '../../../../lambda/contract/maintenance-window/clients.json';
import { clientVersions, RUNTIME_NAMES } from '../../../../local/sandbox/runtimes';
import { COLUMNS, FILES, FOLDER } from '../../../../scripts/check/matrix/columns';
import { absentOf, rowsOf } from '../../../../scripts/check/matrix/table';
import { ROOT } from '../../../../scripts/command';
import { HARMLESS } from '../../../clients/support/harmless';

const page = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');
const [headings, ...rows] = rowsOf(page);
/** The client's column, without what else is said of one. */
const ran = rows.map(([runtime, , client]) => ({ runtime, client: client.split(' ')[0] }));

test('every pinned client has its row with each interpreter that ran, and no other has', () => {
  const runtimes = RUNTIME_NAMES.filter((runtime) => !absentOf(page).includes(runtime));
  expect(ran).toEqual(runtimes.flatMap((runtime) => clientVersions(runtime, 'x86_64').map((client) => ({ runtime, client }))));
});

test.each(['python', 'nodejs'] as const)('every release of %s that the gate names as tested has a row', (language) => {
  expect(ran).toEqual(expect.arrayContaining(clients[language].releases));
});

test('interpreters are named by their full versions', () => {
  expect(rows.filter(([, interpreter]) => !/^\d+\.\d+\.\d+$/.test(interpreter))).toEqual([]);
});

test('the columns are the scenarios that there are, each explained', () => {
  expect(headings.slice(3)).toEqual(COLUMNS.map(({ heading }) => heading));
  for (const { heading, what } of COLUMNS) {
    expect(page).toContain(`- **${heading}**: ${what}.`);
  }
});

test('every tick is one', () => {
  expect(rows.filter((cells) => cells.slice(3).some((cell) => cell !== '✓'))).toEqual([]);
});

test.each(HARMLESS)('the page says that this is not compared, and why: $what', ({ what }) => {
  expect(page).toContain(`- ${what}`);
});

test('a scenario names tests that there are, in the files that are run', () => {
  const sources = readdirSync(join(ROOT, FOLDER))
    .filter((name) => FILES.includes(`${FOLDER}/${name}`))
    .map((name) => readFileSync(join(ROOT, FOLDER, name), 'utf8'));
  expect(sources).toHaveLength(FILES.length);
  for (const title of COLUMNS.flatMap(({ tests }) => tests)) {
    expect(sources.filter((text) => text.includes(title))).toHaveLength(1);
  }
});
