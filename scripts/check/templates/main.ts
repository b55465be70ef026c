/**
 * `npm run templates`: writes the templates of every app into a folder, .cache/templates by default, with placeholders for the hashes of assets.
 *
 *   npm run templates -- before             before a change
 *   npm run templates -- --compare before   after it: fails with the difference
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { take } from '../../build/steps';
import { ROOT, run } from '../../command';
import { sideBySide } from '../../side-by-side';
import { APPS, wrongInList } from './apps';
import { templatesOf } from './synthesize';

/** Writes the templates of every app, each into a folder of the app's name, and nothing else. */
async function write(folder: string, root: string) {
  rmSync(folder, { recursive: true, force: true });
  const counts = await sideBySide(APPS, async (app) => {
    const templates = await templatesOf(app, root);
    mkdirSync(join(folder, app.name), { recursive: true });
    for (const [name, text] of templates) {
      writeFileSync(join(folder, app.name, name), text);
    }
    console.log(`templates: ${app.name}: ${templates.size}`);
    return templates.size;
  });
  console.log(`templates: wrote ${counts.reduce((sum, count) => sum + count, 0)} templates of ${APPS.length} apps and contexts to ${folder}`);
}

/** The difference between two folders of templates; empty when there is none. */
async function difference(before: string, after: string): Promise<string> {
  const { code, output } = await run('git', ['diff', '--no-index', '--no-color', '--no-ext-diff', '--', before, after], { quiet: true });
  if (code > 1) {
    throw new Error(`git diff failed: ${output.trim()}`);
  }
  return output;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { compare: { type: 'string' }, root: { type: 'string', default: ROOT } },
    allowPositionals: true,
  });
  const root = resolve(values.root);
  if (root === ROOT) {
    const wrong = wrongInList();
    if (wrong.length > 0) {
      throw new Error(wrong.join('\n'));
    }
    // Declarations of the handler's module are in no template: 'code', which does without
    if (!(await take('code')) || !(await take('compile'))) {
      throw new Error('the library could not be built');
    }
  }
  if (values.compare === undefined) {
    await write(resolve(positionals[0] ?? join(ROOT, '.cache', 'templates')), root);
    return;
  }
  const now = mkdtempSync(join(tmpdir(), 'templates-now-'));
  try {
    await write(now, root);
    const found = await difference(resolve(values.compare), now);
    if (found !== '') {
      throw new Error(`${found}templates: not as in ${values.compare}`);
    }
    console.log(`templates: as in ${values.compare}`);
  } finally {
    rmSync(now, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
