import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { houseRules, staleHouseRules } from '../../../scripts/check/house-rules';
import { ROOT } from '../../../scripts/command';

describe('the rules of the house', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'house-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function breachesOf(files: Record<string, string>): string[] {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return houseRules(root);
  }

  const ALLOWED: [string, string][] = [
    ['src/index.ts', "export * from './a';"],
    ['src/a/index.ts', "export * from './x';\nexport const y = 1;"],
    ['lambda/x.py', `${'\n'.repeat(349)}x\n`],
    ['test/x.test.ts', "const table = 'DeferredEvents';"],
    ['src/x.ts', '/**\n * @throws Error when it is not there\n */\nfunction x() {}'],
    ['lambda/common-words.ts', 'x;'],
    ['docs/utils.js', 'x;'],
    ['lib/utils.js', 'x;'],
    ['local/node_modules/utils.js', 'maintenance;'],
  ];

  test.each(ALLOWED)('%s may hold %j', (file, text) => {
    expect(breachesOf({ [file]: text })).toEqual([]);
  });

  const REFUSED: [string, string, RegExp][] = [
    ['local/x.py', '# while maintenance is on', /knows no word of the product/],
    ['test/local/x.ts', "const table = 'DeferredEvents';", /knows no word of the product/],
    ['local/x.ts', 'const longRunning = 1;', /knows no word of the product/],
    ['src/a/index.ts', "export * from './x';", /src\/index\.ts alone may/],
    ['src/utils.ts', 'x;', /named after nothing/],
    ['src/utils/x.ts', 'x;', /named after nothing/],
    ['lambda/x.py', 'x\n'.repeat(351), /351 lines/],
    ['lambda/wrapper', 'x\n'.repeat(351), /351 lines/],
    ['src/x.ts', '/** The row. Throws Gone when there is none. */\nfunction x() {}', /src\/x\.ts:1: .* is said by @throws/],
  ];

  test.each(REFUSED)('%s may not hold %j', (file, text, breach) => {
    const found = breachesOf({ [file]: text });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(breach);
  });

  test('are stale when they name a folder that is not there', () => {
    expect(staleHouseRules(ROOT)).toEqual([]);
    expect(staleHouseRules(root)).toEqual([expect.stringMatching(/names local\/, /), expect.stringMatching(/names test\/local\/, /)]);
  });
});
