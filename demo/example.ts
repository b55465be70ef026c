import * as path from 'node:path';

import type { Bed, CdkApp } from '../local/bed';

export const STACK = 'Orders';

/** The TypeScript example as an app of the CDK, with the runtimes that this machine can run and what else is chosen. */
export function exampleApp(runtimes: ExampleRuntimes, context: Readonly<Record<string, string>>): CdkApp {
  return {
    command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
    cwd: path.join(__dirname, '..', 'examples', 'typescript'),
    context: { python: runtimes.python, nodejs: runtimes.nodejs, ...context },
  };
}

export interface ExampleRuntimes {
  readonly python: string;
  readonly nodejs: string;
}

/** The newest Python and Node.js runtimes that are present. */
export function chooseRuntimes(bed: Bed): ExampleRuntimes {
  return { python: bed.newestRuntime('python'), nodejs: bed.newestRuntime('nodejs') };
}
