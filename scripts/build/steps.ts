/**
 * What has to be built before tests and demo can run. As a command: `tsx scripts/build/steps.ts [step...]`, by default what the demo needs.
 */
import { run, tool } from '../command';

export type Step = 'code' | 'bundle' | 'compile' | 'clients' | 'tarball' | 'kernel';

const COMMANDS: Record<Step, readonly [string, ...string[]]> = {
  code: [tool('tsx'), 'scripts/build/bundle.ts', '--code'],
  bundle: [tool('tsx'), 'scripts/build/bundle.ts'],
  compile: [tool('jsii'), '--silence-warnings=reserved-word'],
  clients: [tool('tsx'), 'scripts/build/clients.ts'],
  tarball: [tool('tsx'), 'scripts/release/tarball.ts'],
  kernel: [tool('tsx'), 'scripts/release/jsii-kernel.ts'],
};

const DEMO: readonly Step[] = ['bundle', 'compile', 'clients'];

/** jsii prints a banner about Node.js 20 otherwise; the value is the major number. */
export const JSII_ENVIRONMENT = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };

/** Steps taken by this process, or being taken; one that failed is tried again, since each group has to say why it could not run. */
const taken = new Map<Step, Promise<boolean>>();

/** Takes a step unless this process has; false when it failed. Its own output says why. */
export async function take(step: Step): Promise<boolean> {
  const taking = taken.get(step) ?? begin(step);
  taken.set(step, taking);
  const succeeded = await taking;
  if (!succeeded) {
    taken.delete(step);
  }
  return succeeded;
}

async function begin(step: Step): Promise<boolean> {
  console.log(`step ${step} ...`);
  const started = Date.now();
  const [command, ...args] = COMMANDS[step];
  const { code } = await run(command, args, { environment: JSII_ENVIRONMENT });
  console.log(`step ${step} ${code === 0 ? 'done' : `FAILED with exit code ${code}`} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return code === 0;
}

function isStep(name: string): name is Step {
  return name in COMMANDS;
}

async function main(names: readonly string[]) {
  const unknown = names.find((name) => !isStep(name));
  if (unknown !== undefined) {
    throw new Error(`no step '${unknown}': there are ${Object.keys(COMMANDS).join(', ')}`);
  }
  for (const step of names.length > 0 ? (names as readonly Step[]) : DEMO) {
    if (!(await take(step))) {
      process.exitCode = 1;
      return;
    }
  }
}

if (require.main === module) {
  void main(process.argv.slice(2));
}
