/** Bundles one entry of lambda/ by esbuild; a warning of it is an error. */
import { join } from 'node:path';

import { build, type BuildOptions } from 'esbuild';

import { ROOT } from '../command';
import { withoutNotes } from './contract-notes';

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  legalComments: 'none', // THIRD-PARTY-LICENSES has them whole
  logLevel: 'silent', // reported below, as errors
  metafile: true,
  minify: true,
  platform: 'node',
  plugins: [withoutNotes],
  target: 'node20',
  write: false,
} satisfies BuildOptions;

/** The AWS SDK, in code that runs where the Lambda runtime carries it. */
export const CARRIED_BY_LAMBDA = ['@aws-sdk/*'];

export interface Bundled {
  readonly code: Buffer;
  /** The files that went into it, from the repository's root. */
  readonly inputs: readonly string[];
}

export async function bundle(entry: string, options: BuildOptions): Promise<Bundled> {
  const result = await build({ ...COMMON, metafile: true, write: false, ...options, entryPoints: [entry] });
  if (result.warnings.length > 0) {
    throw new Error(`${entry}: ${result.warnings.map(({ text, location }) => `${text} (${location?.file}:${location?.line})`).join('; ')}`);
  }
  return { code: Buffer.from(result.outputFiles![0].contents), inputs: Object.keys(result.metafile!.inputs) };
}
