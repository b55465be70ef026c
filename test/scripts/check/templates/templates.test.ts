import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { wrongInList } from '../../../../scripts/check/templates/apps';
import { withoutHashes } from '../../../../scripts/check/templates/synthesize';

const SHA256 = '0123456789abcdef'.repeat(4);
const MD5 = '0123456789abcdef'.repeat(2);

describe('a template that is compared', () => {
  test('has placeholders for the hash of an asset and of a function version', () => {
    expect(withoutHashes(`{"S3Key":"${SHA256}.zip","Ref":"ThingsCurrentVersion11EFABB3${MD5}"}`)).toBe(
      '{"S3Key":"<64 hex digits>.zip","Ref":"ThingsCurrentVersion11EFABB3<32 hex digits>"}',
    );
  });

  test.each([`${SHA256}0`, MD5, `Things11EFABB3${MD5}`, `${SHA256}`.toUpperCase(), 'ThingsCurrentVersion11EFABB3'])('keeps %s', (text) => {
    expect(withoutHashes(text)).toBe(text);
  });
});

describe('the list of apps', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'apps-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function wrong(files: Record<string, string>): string[] {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return wrongInList([{ name: 'listed', file: 'examples/listed/app.ts' }], root);
  }

  const LISTED = { 'examples/listed/app.ts': 'const app = new App();\n' };

  test('names every app that is there', () => {
    expect(wrongInList()).toEqual([]);
  });

  test.each(['const app = new App();', "new OrdersStack(new App(), 'Orders');"])('is wrong without a program that says %s', (line) => {
    expect(wrong({ ...LISTED, 'bench/more/app.ts': `import { App } from 'aws-cdk-lib';\n${line}\n` })).toEqual([
      expect.stringMatching(/bench\/more\/app\.ts makes an app that .* does not list/),
    ]);
  });

  test('needs no app that is made only when a function or a test is called', () => {
    expect(wrong({ ...LISTED, 'test/a.ts': 'function a() {\n  return new App();\n}\n', 'test/b.test.ts': 'const app = new App();\n' })).toEqual([]);
  });

  test('is wrong with an app that is not there', () => {
    expect(wrong({})).toEqual([expect.stringMatching(/lists examples\/listed\/app\.ts, which is not there/)]);
  });
});
