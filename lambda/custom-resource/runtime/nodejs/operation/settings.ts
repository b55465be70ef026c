import { environment as names, executions } from '../../../../contract/custom-resource/custom-resource.json';
import type { Environment } from '../../../../environment';
import { shownError } from '../../../../thrown';
import { serviceTimeout } from '../protocol/times';

/** What the construct tells the runtime, by environment variables. */
export interface Settings {
  /** Seconds; ServiceTimeout of resources that have none of their own. */
  readonly serviceTimeout?: number;
  /** Seconds between polls; absent for the growing default. */
  readonly pollInterval?: number;
  readonly resolveSecrets: boolean;
  /** Of members of secrets that are not secret. */
  readonly publicSecretKeys: readonly string[];
  /** Most executions of one operation. */
  readonly mostExecutions: number;
}

/** The settings; the defaults, and why, when a variable holds none: a request is answered nevertheless. */
export function settingsOf(environment: Environment): { readonly settings: Settings; readonly problem?: string } {
  try {
    return { settings: readSettings(environment) };
  } catch (error) {
    return { settings: readSettings({}), problem: shownError(error) };
  }
}

/** @throws Error naming the variable, its value and what it should be */
export function readSettings(environment: Environment): Settings {
  const read = (name: keyof typeof names, isRight: (value: string) => boolean, expected: string) => {
    const value = environment[names[name]];
    if (value !== undefined && !isRight(value)) {
      throw new Error(`the environment variable ${names[name]} is '${value}', expected ${expected}`);
    }
    return value;
  };
  const timeout = read('serviceTimeout', (value) => serviceTimeout(value) !== undefined, 'seconds from 1 to 3600');
  const pollInterval = read('pollInterval', (value) => /^\d+(\.\d+)?$/.test(value), 'a number of seconds');
  const resolveSecrets = read('resolveSecrets', (value) => ['true', 'false'].includes(value), 'true or false');
  const publicSecretKeys = read('publicSecretKeys', (value) => namesIn(value) !== undefined, 'a JSON list of keys');
  const recursiveLoop = read('recursiveLoop', (value) => ['Allow', 'Terminate'].includes(value), 'Allow or Terminate');
  return {
    serviceTimeout: timeout === undefined ? undefined : Number(timeout),
    pollInterval: pollInterval === undefined ? undefined : Number(pollInterval),
    resolveSecrets: resolveSecrets !== 'false',
    publicSecretKeys: namesIn(publicSecretKeys ?? '[]') ?? [],
    mostExecutions: recursiveLoop === 'Allow' ? Infinity : executions.most,
  };
}

/** The texts of a JSON list of texts; undefined for anything else. */
function namesIn(list: string): readonly string[] | undefined {
  try {
    const names = JSON.parse(list) as unknown;
    return Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '') ? (names as string[]) : undefined;
  } catch {
    return undefined;
  }
}
