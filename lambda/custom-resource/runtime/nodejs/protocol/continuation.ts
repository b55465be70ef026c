/** The payload of a hop: what one execution of an operation hands to the next. */
import { continuation, continuationKey } from '../../../../contract/custom-resource/custom-resource.json';
import { isObject } from '../../../../json';
import type { Operation } from './operation';

export const RUNTIME = 'nodejs';

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a continuation, whatever they hold; undefined for any other event. The key is alone in it. */
export function continuationIn(event: unknown): Fields | undefined {
  const fields = isObject(event) && Object.keys(event).length === 1 ? event[continuationKey] : undefined;
  return isObject(fields) ? fields : undefined;
}

/** Why a continuation can't be gone on with; undefined when it can. */
export function damage({ version, ...fields }: Fields): string | undefined {
  if (version !== continuation.version) {
    return `the operation was begun by a runtime with continuations of version ${JSON.stringify(version)}; this one knows ${continuation.version}`;
  }
  const wrong = FIELDS.filter(([name, isRight]) => !isRight(fields[name])).map(([name]) => name);
  return wrong.length > 0 ? `the continuation of the operation is damaged: ${wrong.join(', ')}` : undefined;
}

/** The payload of the next execution. */
export function continuationOf(operation: Operation): string {
  return JSON.stringify({ [continuationKey]: { version: continuation.version, runtime: RUNTIME, ...operation, hop: operation.hop + 1 } });
}

const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const maybe = (isRight: (value: unknown) => boolean) => (value: unknown) => value === undefined || isRight(value);

export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

const FIELDS: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['hop', isCount],
  ['startedAt', isTime],
  ['deadline', isTime],
  ['closesAt', isTime],
  ['phase', (value) => value === 'START' || value === 'POLL'],
  ['wakeAt', isTime],
  ['physicalResourceId', maybe((value) => typeof value === 'string')],
  ['after', maybe(isTime)],
  ['longestPoll', isTime],
  ['pollErrors', isCount],
  ['stackAtStart', (value) => ['FORWARD', 'BACK', 'UNKNOWN'].includes(value as string)],
  ['secretVersions', isObject],
  ['oldProperties', maybe((value) => value === 'READ' || value === 'LEFT_OUT')],
];
