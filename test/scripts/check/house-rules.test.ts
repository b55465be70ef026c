import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { houseRules } from '../../../scripts/check/house-rules';

describe('the rules of the house', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'house-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function breachesOf(files: Record<string, string>): Promise<string[]> {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return houseRules(root);
  }

  const ALLOWED: [string, string][] = [
    ['src/a/x.ts', "import { y } from '../private/contract.generated';"],
    ['demo/main.ts', "import { Bed } from '../local/bed';"],
    ['bench/x.ts', "import { Bed } from '../local/bed.ts';"],
    ['test/e2e/x.test.ts', "import { Bed } from '../../local/bed';"],
    ['cli/x.ts', "import names from '../lambda/contract/names.json';"],
    ['test/local/x.test.ts', "import { x } from '../../local/sandbox/sandbox';"],
    ['examples/x.ts', "import { done } from 'cdk-patient-lambda/handler';"],
    ['src/index.ts', "export * from './a';"],
    ['local/x.ts', `${'\n'.repeat(349)}x;\n`],
  ];

  test.each(ALLOWED)('%s may hold %j', async (file, text) => {
    expect(await breachesOf({ [file]: text })).toEqual([]);
  });

  const REFUSED: [string, string, RegExp][] = [
    ['src/x.ts', "import { y } from '../lambda/x';", /imports lambda\/x/],
    ['src/x.ts', "export type { Y } from '../lambda/contract/names.json'; x;", /imports lambda\/contract/],
    ['src/x.ts', "const y = await import('../demo/x');", /imports demo\/x/],
    ['local/x.ts', "import { y } from '../src/x';", /imports src\/x/],
    ['local/x.ts', "import { y } from '../scripts/x';", /imports scripts\/x/],
    ['demo/x.ts', "import { y } from '../local/sandbox/sandbox';", /imports local\/sandbox\/sandbox/],
    ['demo/x.ts', "import { y } from '../src/index';", /imports src\/index/],
    ['test/e2e/x.ts', "import { y } from '../../local/data-plane/data-plane';", /imports local\/data-plane/],
    ['cli/x.ts', "import { y } from '../src/index';", /imports src\/index/],
    ['lambda/x.ts', "import { done } from 'cdk-patient-lambda/handler';", /imports cdk-patient-lambda\/handler/],
    ['src/x.ts', "import { Stack } from 'cdk-patient-lambda';", /imports cdk-patient-lambda;/],
    ['scripts/x.ts', "import { y } from '../test/x';", /imports test\/x/],
    ['lambda/x.ts', "import { y } from '../bench/x';", /imports bench\/x/],
    ['local/x.py', '# while maintenance is on', /knows no word of the product/],
    ['test/local/x.ts', "const table = 'DeferredEvents';", /knows no word of the product/],
    ['local/x.ts', 'const longRunning = 1;', /knows no word of the product/],
    ['src/a/index.ts', "export * from './x';", /src\/index\.ts alone may/],
    ['src/utils.ts', 'x;', /named after nothing/],
    ['src/x.ts', 'x;\n'.repeat(351), /351 lines/],
    ['lambda/wrapper', 'x\n'.repeat(351), /351 lines/],
    ['test/x.test.ts', 'test.only("x", () => {});', /runs alone/],
    ['test/x.test.ts', 'describe.skip("x", () => {});', /does not run/],
    ['src/x.ts', '// TODO: later', /left open/],
  ];

  test.each(REFUSED)('%s may not hold %j', async (file, text, breach) => {
    const found = await breachesOf({ [file]: text });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(breach);
  });
});
