/** Runs checks side by side and says of each what came of it. */
import { type Step, take } from '../../build/steps';
import { sideBySide } from '../../side-by-side';
import type { TestCase } from '../junit';
import { type Check, CHECKS } from './checks';

/**
 * The checks of these names, in the order in which they begin; all without a name.
 *
 * @throws Error when there is no check of a name
 */
export function checksNamed(names: readonly string[], checks: readonly Check[] = CHECKS): readonly Check[] {
  const unknown = names.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) {
    throw new Error(`no check '${unknown}': there are ${checks.map(({ name }) => name).join(', ')}`);
  }
  return names.length > 0 ? checks.filter(({ name }) => names.includes(name)) : checks;
}

/** A test case for each check. One whose build failed, or which cannot run, has failed. */
export function lint(checks: readonly Check[] = CHECKS, build: (step: Step) => Promise<boolean> = take): Promise<TestCase[]> {
  return sideBySide(checks, async ({ name, title, needs = [], run }) => {
    const missing = await firstThatFails(needs, build);
    const started = Date.now();
    console.log(`lint: ${name} ...`);
    const message = missing === undefined ? await run().catch((error: Error) => error.message) : `step '${missing}' failed; its output is above`;
    const seconds = (Date.now() - started) / 1000;
    console.log(`lint: ${name} ${message === '' ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)${message === '' ? '' : `\n${message}`}`);
    return { suite: 'lint', name: title, seconds, outcome: message === '' ? 'passed' : 'failed', message: message || undefined };
  });
}

async function firstThatFails(steps: readonly Step[], build: (step: Step) => Promise<boolean>): Promise<Step | undefined> {
  for (const step of steps) {
    if (!(await build(step))) {
      return step;
    }
  }
  return undefined;
}
