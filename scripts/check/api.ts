/**
 * The public API as it was when somebody last said that it may be so: `api/cdk-patient-lambda.jsii.json`, the jsii assembly without its prose.
 * `npm run api` writes it from what jsii compiled last; lint refuses a build that breaks it.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { JSII_ENVIRONMENT } from '../build/steps';
import { ROOT, run, tool } from '../command';

export const BASELINE = join(ROOT, 'api', 'cdk-patient-lambda.jsii.json');
const ASSEMBLY = join(ROOT, '.jsii');

/** What may change without anybody's code noticing. */
const PROSE = new Set(['readme', 'locationInModule', 'fingerprint', 'symbolId', 'metadata', 'jsiiVersion']);

/** An assembly without its prose, as text. */
export function withoutProse(assembly: string): string {
  const kept = (key: string, value: unknown) => {
    if (key === 'docs') {
      const { stability } = value as { readonly stability?: string };
      return stability && { stability };
    }
    return PROSE.has(key) ? undefined : value;
  };
  return `${JSON.stringify(JSON.parse(assembly), kept, 1)}\n`;
}

/**
 * What an assembly breaks of another one; empty when nothing.
 *
 * @param before the text of an assembly
 * @param after the text of another one
 */
export async function broken(before: string, after: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules')); // where both find what they depend on
    for (const [name, assembly] of Object.entries({ before, after })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, '.jsii'), assembly);
      writeFileSync(join(folder, name, 'package.json'), readFileSync(join(ROOT, 'package.json')));
    }
    const { code, output } = await run(tool('jsii-diff'), ['--error-on', 'all', join(folder, 'before'), join(folder, 'after')], {
      quiet: true,
      environment: JSII_ENVIRONMENT,
    });
    return code === 0 ? '' : output.trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The check of lint: needs what jsii compiled. */
export async function brokenSinceBaseline(): Promise<string> {
  const problems = await broken(readFileSync(BASELINE, 'utf8'), readFileSync(ASSEMBLY, 'utf8'));
  return problems === ''
    ? ''
    : `${problems}\nthe public API breaks its baseline: restore what is gone, or run \`npm run api\` and commit that it may go`;
}

if (require.main === module) {
  mkdirSync(dirname(BASELINE), { recursive: true });
  writeFileSync(BASELINE, withoutProse(readFileSync(ASSEMBLY, 'utf8')));
  console.log('api: wrote api/cdk-patient-lambda.jsii.json');
}
