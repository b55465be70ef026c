import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';

import { cruise, wrongRules } from '../../../scripts/check/imports';
import { ROOT } from '../../../scripts/command';

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

const GATE = 'lambda/maintenance-window/gate/nodejs';
const RUNTIME = 'lambda/custom-resource/runtime/nodejs';

/** A file for each row, so that one run of the tool judges them all. */
const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ['src/a/allowed.ts', "import { y } from '../private/contract.generated';"],
  ['demo/allowed.ts', "import { Bed } from '../local/bed';"],
  ['bench/allowed.ts', "import { Bed } from '../local/bed.ts';"],
  ['bench/published.ts', "import { Stack } from 'cdk-patient-lambda';"],
  ['bench/fleet/allowed.ts', "import names from '../../lambda/contract/names.json';"],
  ['test/e2e/allowed.test.ts', "import { Bed } from '../../local/bed';"],
  ['test/e2e/contract.test.ts', "import names from '../../lambda/contract/names.json';"],
  ['test/e2e/dynamodb-local/allowed.test.ts', "import { y } from '../../../lambda/maintenance-window/replayer/y';"],
  ['test/local/allowed.test.ts', "import { x } from '../../local/sandbox/sandbox';"],
  ['examples/allowed.ts', "import { done } from 'cdk-patient-lambda/handler';"],
  ['scripts/build/clients.ts', "import { ensureRuntimes } from '../../local/sandbox/runtimes';"],
  ['lambda/aws/nodejs/allowed.ts', "import names from '../../contract/names.json';\nimport { y } from '../../thrown';"],
  [`${GATE}/quiet/dynamic.ts`, "export const held = () => import('../held/y');"],
  [`${GATE}/quiet/type.ts`, "import type { Y } from '../held/y';"],
  [`${GATE}/held/allowed.ts`, "import { y } from '../quiet/y';"],
  ['lambda/maintenance-window/replayer/allowed.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"],
];

const REFUSED: readonly (readonly [file: string, text: string, rule: string])[] = [
  ['src/a.ts', "import { y } from '../lambda/x';", 'imports-of-src'],
  ['src/type.ts', "export type { Y } from '../lambda/contract/names.json'; x;", 'imports-of-src'],
  ['src/dynamic.ts', "export const y = () => import('../demo/x');", 'imports-of-src'],
  ['src/published.ts', "import { Stack } from 'cdk-patient-lambda';", 'imports-of-src'],
  ['local/a.ts', "import { y } from '../src/x';", 'imports-of-local'],
  ['local/b.ts', "import { y } from '../scripts/x';", 'imports-of-local'],
  ['demo/a.ts', "import { y } from '../local/sandbox/sandbox';", 'imports-of-demo'],
  ['demo/b.ts', "import { y } from '../src/index';", 'imports-of-demo'],
  ['bench/a.ts', "import { y } from '../local/data-plane/data-plane';", 'imports-of-bench'],
  ['bench/fleet/a.ts', "import { Bed } from '../../local/bed';", 'imports-of-bench/fleet'],
  ['examples/a.ts', "import { y } from '../lambda/x';", 'imports-of-examples'],
  ['projenrc/a.ts', "import { y } from '../scripts/x';", 'imports-of-projenrc'],
  ['test/e2e/a.ts', "import { y } from '../../local/data-plane/data-plane';", 'imports-of-test/e2e'],
  ['test/e2e/dynamodb-local/a.ts', "import { y } from '../../../local/bed';", 'imports-of-test/e2e/dynamodb-local'],
  ['test/local/a.ts', "import { y } from '../../lambda/contract/names.json';", 'imports-of-test/local'],
  ['lambda/published.ts', "import { done } from 'cdk-patient-lambda/handler';", 'imports-of-lambda'],
  ['lambda/a.ts', "import { y } from '../bench/x';", 'imports-of-lambda'],
  ['scripts/a.ts', "import { y } from '../test/x';", 'imports-of-scripts'],
  ['scripts/build/a.ts', "import { y } from '../../local/sandbox/runtimes';", 'imports-of-scripts'],
  ['scripts/check/runtimes.ts', "import { y } from '../../local/bed';", 'imports-of-scripts/check/runtimes.ts'],
  ['lambda/aws/nodejs/a.ts', "import type { Y } from '../../maintenance-window/gate/nodejs/quiet/y';", 'imports-of-lambda/aws'],
  ['lambda/cloudformation/a.ts', "import { y } from '../custom-resource/runtime/nodejs/protocol/y';", 'imports-of-lambda/cloudformation'],
  ['lambda/contract/a.ts', "import { y } from '../thrown/y';", 'imports-of-lambda/contract'],
  ['lambda/maintenance-window/store/a.ts', "import { y } from '../replayer/y';", 'imports-of-lambda/maintenance-window/store'],
  ['lambda/maintenance-window/window/a.ts', "import { y } from '../gate/nodejs/quiet/y';", 'imports-of-lambda/maintenance-window/window'],
  ['lambda/maintenance-window/planner/a.ts', "import { y } from '../gate/nodejs/quiet/y';", 'functions-know-no-gate'],
  ['lambda/custom-resource/responder/a.ts', "import { y } from '../../maintenance-window/gate/nodejs/held/y';", 'functions-know-no-gate'],
  [`${RUNTIME}/protocol/a.ts`, "import { y } from '../operation/y';", 'protocol-is-pure'],
  [`${RUNTIME}/operation/a.ts`, "import { y } from '../testing/y';", 'testing-stays-out-of-functions'],
  [`${GATE}/quiet/a.ts`, "import { y } from '../held/y';", 'quiet-loads-late'],
  [`${GATE}/quiet/b.ts`, "import type { Y } from '../held/y';\nimport { y } from '../held/y';", 'quiet-loads-late'],
  [`${GATE}/quiet/c.ts`, "import { y } from '../held/y';\nexport const late = () => import('../held/y');", 'quiet-loads-late'],
  [`${GATE}/client/a.ts`, "import { y } from '../replay/y';", 'quiet-loads-late'],
  [`${GATE}/held/a.ts`, "import { SSMClient } from '@aws-sdk/client-ssm';", 'no-sdk-in-the-layer'],
  ['lambda/maintenance-window/store/b.ts', "import type { AttributeValue } from '@aws-sdk/client-dynamodb';", 'no-sdk-in-the-layer'],
  ['src/circle/one.ts', "import type { Two } from './two';\nexport type One = Two;", 'no-circles'],
];

/** What closes the circle. A circle is reported once. */
const CIRCLE = ['src/circle/two.ts', "import { type One } from './one';\nexport type Two = One;"] as const;

describe('where imports point', () => {
  let root: string;
  let violations: readonly Violation[];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'imports-'));
    for (const [file, text] of [...ALLOWED, ...REFUSED, CIRCLE]) {
      write(file, text);
    }
    for (const [file, text] of [...ALLOWED, ...REFUSED]) {
      for (const [, target] of text.matchAll(/['"](\.[^'"]*)['"]/g)) {
        const path = posix.join(dirname(file), target);
        write(/\.(ts|json)$/.test(path) ? path : `${path}.ts`, path.endsWith('.json') ? '{}' : 'export const y = 1;');
      }
    }
    const { output } = await cruise(root, 'json');
    violations = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
  }, 60_000);

  afterAll(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string) {
    if (!existsSync(join(root, file))) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
  }

  const rulesBrokenBy = (file: string) => violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

  test.each(ALLOWED)('%s may hold %j', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  test.each(REFUSED)('%s may not hold %j', (file, _text, rule) => {
    expect(rulesBrokenBy(file)).toEqual([rule]);
  });
});

describe('the rules of imports', () => {
  test('name what is there, and everything that is there', async () => {
    expect(await wrongRules(ROOT)).toEqual([]);
  });

  test('are wrong when they name a folder that is not there, or miss one that is', async () => {
    const root = mkdtempSync(join(tmpdir(), 'rules-'));
    try {
      mkdirSync(join(root, 'cli', 'commands'), { recursive: true });
      writeFileSync(join(root, 'cli', 'commands', 'on.ts'), '');
      mkdirSync(join(root, 'docs'));
      writeFileSync(join(root, 'release.mjs'), '');
      const wrong = await wrongRules(root);
      expect(wrong).toContainEqual(expect.stringMatching(/names lambda\/maintenance-window\/gate\/nodejs\/held, which is not there/));
      expect(wrong).toContainEqual(expect.stringMatching(/names local\/bed\.ts, which is not there/));
      expect(wrong.filter((line) => line.includes('has no rule for'))).toEqual([
        expect.stringMatching(/has no rule for cli:/),
        expect.stringMatching(/has no rule for release\.mjs:/),
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
