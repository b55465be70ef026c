import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';

import { CodeCache } from '../../../local/data-plane/code-cache';
import { mergeLayers, unzip } from '../../../local/sandbox/file-tree';
import { DeclaredFunctions } from './functions';

let directory: string;

beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'code-cache-'));
});

afterEach(() => fs.rm(directory, { recursive: true, force: true }));

const read = (root: string, name: string) => fs.readFile(path.join(root, name), 'utf8');

test('code is fetched once for a revision, also by callers at the same time', async () => {
  const functions = new DeclaredFunctions();
  functions.declare('f', { files: { a: '1' } });
  const cache = new CodeCache(directory, functions, { unzip, mergeLayers });
  const configuration = await functions.configuration('f', '');
  const [first, second] = await Promise.all([cache.files(configuration), cache.files(configuration)]);
  expect(first).toEqual(second);
  expect(first.optRoot).toBeUndefined();
  expect(await read(first.taskRoot, 'a')).toBe('1');
  expect(functions.codeReads).toBe(1);
});

test('what a running environment has open does not change when the function does', async () => {
  const functions = new DeclaredFunctions();
  functions.declare('f', { files: { a: 'old' }, layers: [{ l: 'old' }] });
  const cache = new CodeCache(directory, functions, { unzip, mergeLayers });
  const old = await cache.files(await functions.configuration('f', ''));
  functions.declare('f', { files: { a: 'new' }, layers: [{ l: 'new' }] });
  const changed = await cache.files(await functions.configuration('f', ''));
  expect([await read(old.taskRoot, 'a'), await read(old.optRoot!, 'l')]).toEqual(['old', 'old']);
  expect([await read(changed.taskRoot, 'a'), await read(changed.optRoot!, 'l')]).toEqual(['new', 'new']);
});

test('the same layers in another order are another directory', async () => {
  const functions = new DeclaredFunctions();
  const cache = new CodeCache(directory, functions, { unzip, mergeLayers });
  functions.declare('f', { layers: [{ l: 'one' }, { l: 'two' }] });
  const first = await cache.files(await functions.configuration('f', ''));
  functions.declare('f', { layers: [{ l: 'two' }, { l: 'one' }] });
  const second = await cache.files(await functions.configuration('f', ''));
  expect([await read(first.optRoot!, 'l'), await read(second.optRoot!, 'l')]).toEqual(['two', 'one']);
});

test('a failure is not remembered, and leaves no half-filled directory under the final name', async () => {
  const functions = new DeclaredFunctions();
  functions.declare('f', { files: { a: '1' } });
  let failures = 1;
  const cache = new CodeCache(directory, functions, {
    mergeLayers,
    unzip: async (zip, into) => {
      await fs.writeFile(path.join(into, 'half'), '');
      if (failures-- > 0) {
        throw new Error('disk full');
      }
      await unzip(zip, into);
    },
  });
  const configuration = await functions.configuration('f', '');
  await expect(cache.files(configuration)).rejects.toThrow('disk full');
  expect((await fs.readdir(path.join(directory, 'code'))).filter((name) => !name.endsWith('.partial'))).toEqual([]);
  expect(await read((await cache.files(configuration)).taskRoot, 'a')).toBe('1');
});
