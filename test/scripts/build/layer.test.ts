import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { contractFiles, layerZip, sourcesIn } from '../../../scripts/build/layer';
import { ROOT, tool } from '../../../scripts/command';

const FILES: [string, Buffer][] = [
  ['wrapper', Buffer.from('#!/bin/sh\n')],
  ['python/boot.py', Buffer.from('import sys\n')],
  ['nodejs/preload.mjs', Buffer.from('export {};\n')],
];

interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly method: number;
  readonly date: number;
}

/** The central directory as the zip specification has it. */
function entries(zip: Buffer): Entry[] {
  const found: Entry[] = [];
  for (let at = zip.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 46, 'latin1')) {
    found.push({
      name: zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      method: zip.readUInt16LE(at + 10),
      date: zip.readUInt16LE(at + 14),
    });
  }
  return found;
}

describe('the zip of the layer', () => {
  test('is the same bytes whatever the order in which the files were found', () => {
    expect(layerZip(new Map(FILES)).equals(layerZip(new Map([...FILES].reverse())))).toBe(true);
  });

  test('is the same bytes in every time zone', () => {
    const script = `const { layerZip } = require(${JSON.stringify(join(ROOT, 'scripts', 'build', 'layer.ts'))});
      process.stdout.write(require('node:crypto').createHash('sha256').update(layerZip(new Map([['wrapper', Buffer.from('x')]]))).digest('hex'));`;
    const hashes = ['UTC', 'Pacific/Kiritimati', 'America/Anchorage'].map((TZ) =>
      execFileSync(tool('tsx'), ['-e', script], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, TZ },
      }),
    );
    expect(hashes[0]).toBe(
      createHash('sha256')
        .update(layerZip(new Map([['wrapper', Buffer.from('x')]])))
        .digest('hex'),
    );
    expect(new Set(hashes).size).toBe(1);
  });

  test('has names in order, the date of 1980, nothing compressed', () => {
    const found = entries(layerZip(new Map(FILES)));
    expect(found.map(({ name }) => name)).toEqual([
      'cdk-patient-lambda/nodejs/preload.mjs',
      'cdk-patient-lambda/python/boot.py',
      'cdk-patient-lambda/wrapper',
    ]);
    expect(found.every(({ method, date }) => method === 0 && date === 0x21)).toBe(true);
  });

  test('lets Lambda execute the wrapper and read the rest', () => {
    const modes = Object.fromEntries(entries(layerZip(new Map(FILES))).map(({ name, mode }) => [name, (mode & 0o7777).toString(8)]));
    expect(modes).toEqual({
      'cdk-patient-lambda/wrapper': '755',
      'cdk-patient-lambda/python/boot.py': '644',
      'cdk-patient-lambda/nodejs/preload.mjs': '644',
    });
  });

  test('is refused without the wrapper, naming what is there', () => {
    expect(() => layerZip(new Map(FILES.slice(1)))).toThrow(/no 'wrapper'.*python\/boot\.py/);
  });
});

describe('the sources of the layer', () => {
  test('are taken as they are, without what interpreters leave behind and what is bundled, whatever their modes and dates', () => {
    const folder = mkdtempSync(join(tmpdir(), 'layer-'));
    mkdirSync(join(folder, 'python', '__pycache__'), { recursive: true });
    mkdirSync(join(folder, 'nodejs'));
    for (const name of [
      'wrapper',
      'python/boot.py',
      'python/boot.pyc',
      'python/__pycache__/boot.cpython-311.pyc',
      'nodejs/preload.ts',
      '.DS_Store',
    ]) {
      writeFileSync(join(folder, name), name);
      chmodSync(join(folder, name), 0o600);
      utimesSync(join(folder, name), 1, 1);
    }
    const files = sourcesIn(folder);
    expect([...files.keys()].sort()).toEqual(['python/boot.py', 'wrapper']);
    expect(files.get('wrapper')!.toString()).toBe('wrapper');
    rmSync(folder, { recursive: true });
  });

  test('come with the contract, without the vectors that test it', () => {
    const files = contractFiles(join(ROOT, 'lambda', 'contract'));
    expect([...files.keys()]).toContain('contract/names.json');
    expect([...files.keys()].filter((name) => name.includes('vectors'))).toEqual([]);
    const window = JSON.parse(files.get('contract/maintenance-window/window.json')!.toString());
    expect(Object.keys(window)).toContain('allowedPattern');
    expect(Object.keys(window).filter((key) => /vectors|comment/i.test(key))).toEqual([]);
  });
});
