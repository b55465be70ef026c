/** The languages that every scenario runs in. */
import { ensureRuntimes } from '../../../local/sandbox/runtimes';
import type { Language, Release } from './language';
import { NODEJS } from './nodejs';
import { PYTHON } from './python';
import { BY_RUNTIME } from './releases';

export const LANGUAGES: readonly Language[] = [NODEJS, PYTHON];

/** Every language with each of its clients. */
export const RELEASES = LANGUAGES.flatMap((language) => named(language, language.releases));

/** The clients that differ in how a process ends. */
export const ENDING = LANGUAGES.flatMap((language) => named(language, language.ending));

/** Those whose exits are compared with the client's without the gate. */
export const EXITING = BY_RUNTIME ? RELEASES : ENDING;

function named(language: Language, releases: readonly Release[]) {
  return releases.map((release) => ({ name: `${language.name} on ${release.runtime} with client ${release.client}`, language, release }));
}

/** Fetches what is not there yet. */
export async function ensureReleases(): Promise<void> {
  await ensureRuntimes(
    [...RELEASES, ...ENDING].map(({ release }) => release),
    (line) => process.stderr.write(`${line}\n`),
  );
}
