/** AWS's runtime interface clients as the registries call them, and what is known of each. */
import tested from '../../../lambda/contract/maintenance-window/clients.json';
import { clientVersions, RUNTIME_NAMES } from '../../../local/sandbox/runtimes';

export interface Client {
  readonly name: string;
  readonly language: 'nodejs' | 'python';
  /** Releases that the gate is tested with, by clients.json or by the matrix. */
  readonly known: readonly string[];
}

export const CLIENTS: readonly Client[] = (['nodejs', 'python'] as const).map((language) => ({
  name: tested[language].client,
  language,
  known: [
    ...new Set([
      ...tested[language].releases.map(({ client }) => client),
      ...RUNTIME_NAMES.filter((runtime) => runtime.startsWith(language)).flatMap((runtime) => clientVersions(runtime, 'x86_64')),
    ]),
  ],
}));

/** Whether a seam is the one that the gate knows, with what was looked at; or what is there instead. */
export type Finding = { readonly good: string } | { readonly moved: string };

/** That a client could not be looked at: no finding, and no pass. */
export class NotLookedAt extends Error {
  constructor(what: string, cause?: unknown) {
    super(cause === undefined ? what : `${what}: ${(cause as Error).message}`, { cause });
  }
}
