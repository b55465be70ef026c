import { mirror as mirrorNames, plannerEnvironment as names } from '../../contract/names.json';
import type { Environment } from '../../environment';
import type { WindowNames } from '../mirror/parameter-names';

/** What the construct decided at synth, read from the planner's own environment. */
export interface Settings {
  /** Name of the mirror's table. */
  readonly mirror: string;
  /** Name of the stack whose windows these are, which the table's name carries. */
  readonly stack: string;
  /** Id of that stack, an ARN: what owns the parameters. */
  readonly stackId: string;
  /** The windows of the stack, in the order of synth. */
  readonly windows: readonly WindowNames[];
}

/** Longer than any tag's value: a stack's id goes into one. */
const MOST_CHARACTERS = 256;

/**
 * Reads the settings from environment variables.
 *
 * @throws Error naming the variable, its value and what is wanted
 */
export function readSettings(environment: Environment): Settings {
  const mirror = given(environment, names.mirror);
  const stack = mirror.startsWith(mirrorNames.tablePrefix) ? mirror.slice(mirrorNames.tablePrefix.length) : '';
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(stack)) {
    throw new Error(`${names.mirror} is '${mirror}'; it must be ${mirrorNames.tablePrefix}<stack name>`);
  }
  const stackId = given(environment, names.stackId);
  if (!stackId.startsWith('arn:') || stackId.length > MOST_CHARACTERS) {
    throw new Error(`${names.stackId} is '${stackId}'; it must be a stack's id, an ARN of at most ${MOST_CHARACTERS} characters`);
  }
  return { mirror, stack, stackId, windows: windowsIn(environment, stack) };
}

function windowsIn(environment: Environment, stack: string): WindowNames[] {
  const value = environment[names.windows];
  if (value === undefined) {
    throw notSet(names.windows);
  }
  const windows = value === '' ? [] : value.split(',');
  const wrong = windows.find((window, index) => !/^[^/\s]+$/.test(window) || windows.indexOf(window) !== index);
  if (wrong !== undefined) {
    throw new Error(`${names.windows} is '${value}'; it must be the names of windows, each once, separated by commas, and '${wrong}' is not`);
  }
  return windows.map((window) => ({ stack, window }));
}

function given(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) {
    throw notSet(name);
  }
  return value;
}

function notSet(name: string): Error {
  return new Error(`${name} is not set; the MaintenanceWindow construct sets it`);
}
