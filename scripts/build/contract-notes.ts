/** The contract as bundles carry it: what runs needs the agreements, not the notes of where they come from. */
import { readFile } from 'node:fs/promises';

import type { Plugin } from 'esbuild';

/** Members that explain another one. Texts only: a vector may have one of these names as data. */
const NOTES = ['source', 'what', 'why'];

export const withoutNotes: Plugin = {
  name: 'contract-without-notes',
  setup(build) {
    build.onLoad({ filter: /[\\/]lambda[\\/]contract[\\/].*\.json$/ }, async ({ path }) => {
      const contract: unknown = JSON.parse(await readFile(path, 'utf8'), (name, value: unknown) =>
        NOTES.includes(name) && typeof value === 'string' ? undefined : value,
      );
      return { contents: JSON.stringify(contract), loader: 'json' };
    });
  },
};
