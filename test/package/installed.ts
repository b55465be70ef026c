import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ROOT } from '../../scripts/command';
import { unpack } from './unpacked';

/** A new folder of an application that installed the packed library and, by links, these packages of the repository. */
export function installed(...packages: string[]): string {
  const library = unpack();
  const app = dirname(library);
  mkdirSync(join(app, 'node_modules'));
  renameSync(library, join(app, 'node_modules', 'cdk-patient-lambda'));
  for (const name of packages) {
    const link = join(app, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  return app;
}
