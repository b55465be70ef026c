/** The gates are twins: outside client/, where the runtimes differ, one concept has one file of one name in both languages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const GATES = join(__dirname, '..', '..', '..', 'lambda', 'maintenance-window');
const PYTHON = join(GATES, 'gate', 'python', 'patient_lambda_gate');

/** Where a room's files are in TypeScript; in Python all are rooms of one package. */
const ROOMS = {
  quiet: join(GATES, 'gate', 'nodejs', 'quiet'),
  held: join(GATES, 'gate', 'nodejs', 'held'),
  replay: join(GATES, 'gate', 'nodejs', 'replay'),
  window: join(GATES, 'window'),
  store: join(GATES, 'store'),
};

/**
 * Concepts with a file of their own in Python alone, which compiles each file that a start loads; in Node.js, which bundles what a start loads, each is
 * a part of the file that is named here.
 */
const APART_IN_PYTHON: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  quiet: {
    fallback: 'source',
    json_variables: 'settings',
    known_window: 'window_cache',
    lines: 'report',
    plan: 'gate',
    read_failures: 'window_cache',
  },
  window: { grammar: 'value' },
};

/** The concepts that a folder has files of, as Python writes them. */
function concepts(folder: string, extension: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension) && name !== '__init__.py')
    .map((name) => name.slice(0, -extension.length).replaceAll('-', '_'))
    .sort();
}

test.each(Object.entries(ROOMS))('the room %s has the same files in both languages', (room, folder) => {
  const nodejs = concepts(folder, '.ts');
  const python = concepts(join(PYTHON, room), '.py');
  const onlyIn = (list: readonly string[], other: readonly string[]) => list.filter((name) => !other.includes(name));
  const apart = APART_IN_PYTHON[room] ?? {};
  expect({ onlyInNodejs: onlyIn(nodejs, python), onlyInPython: onlyIn(python, nodejs) }).toEqual({
    onlyInNodejs: [],
    onlyInPython: Object.keys(apart),
  });
  expect(nodejs).toEqual(expect.arrayContaining(Object.values(apart)));
});
