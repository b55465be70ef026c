import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generate, GENERATED } from '../../../scripts/build/contract';
import { ROOT } from '../../../scripts/command';
import { NAMES } from '../../../src/private/contract.generated';

const CONTRACT = join(ROOT, 'lambda', 'contract');

describe('the contract for synth', () => {
  test('is committed as the contract says: else run `npm run contract`', () => {
    expect(readFileSync(GENERATED, 'utf8')).toBe(generate(CONTRACT));
  });

  test('has the values of the contract', () => {
    const { $comment, ...names } = JSON.parse(readFileSync(join(CONTRACT, 'names.json'), 'utf8'));
    expect($comment).toEqual(expect.any(String));
    expect(NAMES).toEqual(names);
  });

  test('cannot be generated from a contract that lost a key: the key is named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'contract-'));
    cpSync(CONTRACT, folder, { recursive: true });
    const window = JSON.parse(readFileSync(join(folder, 'maintenance-window', 'window.json'), 'utf8'));
    delete window.allowedPattern;
    writeFileSync(join(folder, 'maintenance-window', 'window.json'), JSON.stringify(window));
    expect(() => generate(folder)).toThrow(/no 'allowedPattern'/);
    rmSync(folder, { recursive: true });
  });
});
