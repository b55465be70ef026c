import * as path from 'path';
import type { Bed, CdkApp } from '../local/bed';

export const STACK = 'Orders';

/** The TypeScript example as an app of the CDK, with the runtimes that this machine can run. */
export function exampleApp(runtimes: ExampleRuntimes): CdkApp {
  return {
    command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
    cwd: path.join(__dirname, '..', 'examples', 'typescript'),
    context: { python: runtimes.python, nodejs: runtimes.nodejs },
  };
}

export interface ExampleRuntimes {
  readonly python: string;
  readonly nodejs: string;
}

/** The newest Python and Node.js runtimes that are present. */
export function chooseRuntimes(bed: Bed): ExampleRuntimes {
  return { python: newest(bed, 'python'), nodejs: newest(bed, 'nodejs') };
}

function newest(bed: Bed, family: string): string {
  const known = bed.runtimes.filter(({ runtime }) => runtime.startsWith(family));
  const present = known.filter(({ missing }) => !missing).map(({ runtime }) => runtime);
  if (present.length === 0) throw new Error(`no ${family} runtime can run here: ${known.map(({ runtime, missing }) => `${runtime}: ${missing}`).join('; ')}`);
  return present.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1)!;
}
