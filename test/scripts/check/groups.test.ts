import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { GROUPS } from '../../../scripts/check/groups';
import { ROOT } from '../../../scripts/command';

const files = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((file) => !/(^|\/)(node_modules|cdk\.out)\//.test(file));

/** Those of src/ run through test/together. */
const THROUGH_ANOTHER = 'test/src/';

const groupsOf = (file: string, kind: 'jest' | 'pytest') => GROUPS.filter((group) => group[kind].some((folder) => file.startsWith(`${folder}/`)));

test('groups name folders that are there', () => {
  const folders = GROUPS.flatMap((group) => [...group.jest, ...group.pytest, ...group.optional.map(({ folder }) => folder)]);
  expect(folders.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
});

test('every test runs in exactly one group', () => {
  const homeless = [
    ...files.filter((file) => file.endsWith('.test.ts') && !file.startsWith(THROUGH_ANOTHER) && groupsOf(file, 'jest').length !== 1),
    ...files.filter((file) => /\/test_[^/]*\.py$/.test(file) && groupsOf(file, 'pytest').length !== 1),
  ];
  expect(homeless).toEqual([]);
});

test('every group with tests of its own says how long one may take', () => {
  expect(GROUPS.filter(({ jest: folders, testTimeout }) => folders.length > 0 && testTimeout === undefined)).toEqual([]);
});
