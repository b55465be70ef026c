import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { movedInNativePart } from '../../../../scripts/check/seams/native-part';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'native-part-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function source(place: string, ...names: string[]) {
  mkdirSync(dirname(join(folder, place)), { recursive: true });
  writeFileSync(
    join(folder, place),
    names.map((name) => `  exports.Set(Napi::String::New(env, "${name}"), Napi::Function::New(env, F));\n`).join(''),
  );
}

test.each(['src/native/rapid-client.cc', 'src/rapid-client.cc'])('%s that exports what is known has not moved', (place) => {
  source(place, 'next', 'done', 'error');
  expect(movedInNativePart(folder)).toBeUndefined();
});

test('without a source, what is built is left to be run', () => {
  writeFileSync(join(folder, 'rapid-client.node'), '');
  expect(movedInNativePart(folder)).toBeUndefined();
});

test('a native part that is not where it is known to be has moved', () => {
  source('src/native/client.cc', 'next', 'done', 'error');
  expect(movedInNativePart(folder)).toContain("its native part can't be compared");
});

test.each([
  ['has lost one', ['next', 'done'], 'exports next, done, expected next, done, error'],
  ['has another one, which may be a way past the gate', ['next', 'done', 'error', 'nextBatch'], 'exports next, done, error, nextBatch'],
  ['exports in another way', [], 'exports nothing that can be read'],
])('a native part that %s has moved', (_, names, message) => {
  source('src/native/rapid-client.cc', ...names);
  expect(movedInNativePart(folder)).toContain(message);
});
