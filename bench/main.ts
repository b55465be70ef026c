/** `npm run bench`: measurements on the bed, side by side in one run, and simulated fleets. `--only <part>` for one of them. */
import { parseArgs } from 'node:util';

import { compareColdStarts } from './cold-start/compare';
import { compareCustomResources } from './custom-resources/compare';
import { compareFleets } from './fleet/compare';
import { compareInvocations } from './invocations';
import { compareWarm } from './warm/compare';

const number = (value: string) => ({ type: 'string', default: value }) as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      cold: number('15'),
      warm: number('500'),
      crashes: number('3'),
      jobs: number('6'),
      synths: number('5'),
      runtimes: { type: 'string', default: '' },
      rounds: number('15'),
    },
  });
  const { only } = values;
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    'cold-start': () => compareColdStarts({ runtimes: values.runtimes.split(',').filter(Boolean), rounds: Number(values.rounds) }),
    'warm': compareWarm,
    'invocations': () => compareInvocations({ cold: Number(values.cold), warm: Number(values.warm) }),
    'custom-resources': () => compareCustomResources({ crashes: Number(values.crashes), jobs: Number(values.jobs), synths: Number(values.synths) }),
    'fleet': compareFleets,
  };
  if (only !== undefined && !(only in parts)) {
    throw new Error(`--only ${only}: there are ${Object.keys(parts).join(', ')}`);
  }
  for (const [name, measure] of Object.entries(parts)) {
    if (only === undefined || only === name) {
      await measure();
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
