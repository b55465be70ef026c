/** The languages that every scenario runs in. */
import { ensureRuntimes } from '../../../local/sandbox/runtimes';
import type { Language } from './language';
import { NODEJS } from './nodejs';
import { PYTHON } from './python';

export const LANGUAGES: readonly Language[] = [NODEJS, PYTHON];

/** Every language with each of its clients. */
export const RELEASES = LANGUAGES.flatMap((language) =>
  language.releases.map((release) => ({ name: `${language.name} on ${release.runtime} with client ${release.client}`, language, release })),
);

/** The clients that differ in how a process ends. */
export const ENDING = RELEASES.filter(({ language, release }) => language.ending.includes(release));

/** Fetches what is not there yet. */
export async function ensureReleases(): Promise<void> {
  await ensureRuntimes(
    RELEASES.map(({ release }) => release),
    (line) => process.stderr.write(`${line}\n`),
  );
}
