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
  expect({ onlyInNodejs: onlyIn(nodejs, python), onlyInPython: onlyIn(python, nodejs) }).toEqual({ onlyInNodejs: [], onlyInPython: [] });
});
