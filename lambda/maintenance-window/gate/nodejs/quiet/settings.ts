/** What the construct tells the gate, from environment variables. Read once: a handler may change its environment. */
import { sources } from '../../../../contract/maintenance-window/sources.json';
import {
  cacheTtlSeconds,
  duplicateCheckForSeconds,
  fifoVisibilityTimeoutSeconds,
  keepFinishedSeconds,
} from '../../../../contract/maintenance-window/timing.json';
import { coalesceBy, environment as names, handlerLoading, onUnknownClient, onWindowUnknown, windowSource } from '../../../../contract/names.json';
import type { Environment } from '../../../../environment';
import { isObject } from '../../../../json';
import { mirrorTableOf } from '../../../mirror/parameter-names';
import { GateNotAttached } from './errors';
import { ALWAYS_RUN, parseAlwaysRun, parseRejection, parseStreaming, REJECTION, type Rejection, STREAMING, type Streaming } from './http-options';

export type Action = 'DEFER' | 'REJECT' | 'LEAVE' | 'RUN';

/** Times in milliseconds. */
export interface Settings {
  readonly operatorParameter: string;
  readonly plannedParameter?: string;
  /** The table that has the window's item; undefined when Parameter Store is what is read. */
  readonly mirrorTable?: string;
  readonly table: string;
  readonly functionKey: string;
  readonly cacheTtl: number;
  readonly leadTime: number;
  readonly duplicateCheckFor: number;
  readonly fifoVisibilityTimeout: number;
  readonly keepFinished: number;
  readonly onWindowUnknown: 'RUN' | 'DEFER' | 'FAIL';
  readonly onUnknownClient: 'FAIL' | 'RUN';
  readonly isSnapStart: boolean;
  /** Whether user code waits for the window's value. Never under SnapStart: it belongs in the snapshot. */
  readonly loadsAfterCheck: boolean;
  readonly deferral: Readonly<Record<string, Action>>;
  readonly rejection?: Rejection;
  /** Patterns of HTTP requests that run although a window is on. */
  readonly alwaysRun: readonly string[];
  readonly streaming: Streaming;
  readonly coalesceBy: 'RULE' | 'PAYLOAD';
  /** Digests of the inputs by which ticks of schedules are known. */
  readonly tickInputs: readonly string[];
  readonly functionVersion: string;
  readonly logStream: string;
  readonly jsonLogs: boolean;
}

/** Set by Lambda where one environment runs several invocations at once. */
const MANAGED_INSTANCES = 'AWS_LAMBDA_MAX_CONCURRENCY';
/** Characters of a refused value that an error shows. */
const SHOWN_CHARACTERS = 120;

/**
 * Reads the settings.
 *
 * @throws GateNotAttached on Lambda Managed Instances; and naming the variable, its value and what was expected
 */
export function readSettings(environment: Environment): Settings {
  if (environment[MANAGED_INSTANCES]) {
    throw new GateNotAttached('Lambda Managed Instances run several invocations at once in one environment, which is not supported yet');
  }
  const text = (key: keyof typeof names) => environment[names[key]] || undefined;
  const required = (key: keyof typeof names) => {
    const value = text(key);
    if (value === undefined) {
      throw new GateNotAttached(`the environment variable ${names[key]} is missing: the construct sets it, so deploy the function again`);
    }
    return value;
  };
  const seconds = (key: keyof typeof names, byDefault: number, least: number, most = Infinity) => {
    const value = text(key) ?? String(byDefault);
    if (!/^[0-9]+$/.test(value) || +value < least || +value > most) {
      throw refused(names[key], value, `whole seconds, ${most === Infinity ? `at least ${least}` : `${least} to ${most}`}`);
    }
    return +value * 1000;
  };
  const choice = <T extends string>(key: keyof typeof names, allowed: readonly string[]) => {
    const value = text(key) ?? allowed[0];
    if (!allowed.includes(value)) {
      throw refused(names[key], value, `one of ${allowed.join(', ')}`);
    }
    return value as T;
  };
  const option = <T>(key: keyof typeof names, parse: (value: string) => T | undefined, expected: string) => {
    const value = text(key);
    const found = value === undefined ? undefined : parse(value);
    if (value !== undefined && found === undefined) {
      throw refused(names[key], value, expected);
    }
    return found;
  };
  const operatorParameter = required('operatorParameter');
  const isSnapStart = environment.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start';
  return {
    operatorParameter,
    plannedParameter: text('plannedParameter'),
    mirrorTable: choice('windowSource', windowSource) === 'MIRROR' ? mirrorTableOf(operatorParameter) : undefined,
    table: required('table'),
    functionKey: required('functionKey'),
    cacheTtl: seconds('cacheTtl', cacheTtlSeconds.default, cacheTtlSeconds.least),
    leadTime: seconds('leadTime', 0, 0),
    duplicateCheckFor: seconds('duplicateCheckFor', duplicateCheckForSeconds.default, 0),
    fifoVisibilityTimeout: seconds('fifoVisibilityTimeout', fifoVisibilityTimeoutSeconds.default, 0, fifoVisibilityTimeoutSeconds.most),
    keepFinished: seconds('keepFinished', keepFinishedSeconds.default, keepFinishedSeconds.least),
    onWindowUnknown: choice('onWindowUnknown', onWindowUnknown),
    onUnknownClient: choice('onUnknownClient', onUnknownClient),
    isSnapStart,
    loadsAfterCheck: choice('handlerLoading', handlerLoading) === 'AFTER_CHECK' && !isSnapStart,
    deferral: deferral(text('deferral')),
    rejection: option('rejection', parseRejection, REJECTION),
    alwaysRun: option('alwaysRun', parseAlwaysRun, ALWAYS_RUN) ?? [],
    streaming: option('streaming', parseStreaming, STREAMING) ?? {},
    coalesceBy: choice('coalesceBy', coalesceBy),
    tickInputs: text('tickInputs')?.split(',') ?? [],
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    logStream: environment.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    jsonLogs: environment.AWS_LAMBDA_LOG_FORMAT === 'JSON',
  };
}

function deferral(text: string | undefined): Readonly<Record<string, Action>> {
  if (text === undefined) {
    return {};
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // refused below, as what is not an object
  }
  const known = (name: string, action: unknown) => sources.some((source) => source.name === name && source.allowed.includes(action as Action));
  if (!isObject(value) || !Object.entries(value).every(([name, action]) => known(name, action))) {
    throw refused(names.deferral, text, 'a JSON object of event source to an action that is possible for it');
  }
  return value as Readonly<Record<string, Action>>;
}

function refused(name: string, value: string, expected: string): GateNotAttached {
  return new GateNotAttached(`the environment variable ${name} is '${Array.from(value).slice(0, SHOWN_CHARACTERS).join('')}': expected ${expected}`);
}
