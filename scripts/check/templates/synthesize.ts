/** Synthesizes an app in a child process and gives its templates without what changes with every byte of an asset. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { run, tool } from '../../command';
import type { TemplateApp } from './apps';

const TEMPLATE = '.template.json';

/** The texts of an app's templates by file name. */
export async function templatesOf(app: TemplateApp, root: string): Promise<Map<string, string>> {
  const out = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const file = join(root, app.file);
    const { code, output } = await run(tool('tsx'), [file], {
      cwd: dirname(file),
      quiet: true,
      environment: { ...app.environment, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(contextOf(app, root)), CDK_VALIDATION: 'false' },
    });
    if (code !== 0) {
      throw new Error(`${app.name}: ${app.file} ended with exit code ${code}\n${output.trim()}`);
    }
    const names = readdirSync(out).filter((name) => name.endsWith(TEMPLATE));
    if (names.length === 0) {
      throw new Error(`${app.name}: ${app.file} made no template`);
    }
    return new Map(names.map((name) => [name, withoutHashes(readFileSync(join(out, name), 'utf8'))]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** As the CDK's command line puts it together: what cdk.json says, then what is chosen. */
function contextOf(app: TemplateApp, root: string): object {
  const settings = join(dirname(join(root, app.file)), 'cdk.json');
  const { context } = existsSync(settings) ? (JSON.parse(readFileSync(settings, 'utf8')) as { context?: object }) : {};
  // No bundling: what a bundle holds is in no template but as a hash
  return { ...context, ...app.context, 'aws:cdk:bundling-stacks': [] };
}

/** A template with placeholders for asset hashes and for the hash at the end of a function version's logical id. */
export function withoutHashes(template: string): string {
  return template
    .replace(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g, '<64 hex digits>')
    .replace(/(?<=CurrentVersion[0-9A-F]{8})[0-9a-f]{32}(?![0-9a-f])/g, '<32 hex digits>');
}
