/** The notices of the packages whose code was bundled: their licenses ask for them wherever the code goes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licenses that allow what bundling does. Another one has to be read by a person first. */
const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

const LICENSE_FILE = /^(licen[cs]e|copying)(\.\w+)?$/i;

/** The packages that a list of bundled files comes from, sorted; each as the folder that it is installed in. */
export function packagesOf(inputs: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const input of inputs) {
    const match = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (match) {
      folders.add(match[0]);
    }
  }
  return [...folders].sort();
}

/** The text of THIRD-PARTY-LICENSES for these package folders under a root. */
export function thirdPartyLicenses(root: string, folders: readonly string[]): string {
  const notices = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<
      'name' | 'version' | 'license',
      string
    >;
    if (!ALLOWED.has(license)) {
      throw new Error(
        `${name}@${version} is bundled under '${license}', which is not among ${[...ALLOWED].join(', ')}: see scripts/build/licenses.ts`,
      );
    }
    const file = readdirSync(join(root, folder)).find((entry) => LICENSE_FILE.test(entry));
    if (!file) {
      throw new Error(`${name}@${version} is bundled and has no license file in ${folder}`);
    }
    const notice = join(root, folder, 'NOTICE');
    const texts = [join(root, folder, file), ...(existsSync(notice) ? [notice] : [])].map((path) => readFileSync(path, 'utf8').trim());
    return [`${name} ${version} (${license})`, '', ...texts].join('\n');
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return (
    [
      `Code of these packages is contained in the files under assets/:\n\n${folders.map((folder) => folder.replace(/^.*node_modules\//, '- ')).join('\n')}`,
      ...notices,
    ].join(rule) + '\n'
  );
}
