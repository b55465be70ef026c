/** Which service sent an event, by its shape: the rows of lambda/contract/maintenance-window/sources.json, the first that the event fits. */
import { continuationKey } from '../../../../contract/custom-resource/custom-resource.json';
import { sources } from '../../../../contract/maintenance-window/sources.json';
import { isObject } from '../../../../json';
import type { Action } from '../quiet/settings';

export type AnswerShape = 'marker' | 'batch' | 'echo' | 'http' | 'alb' | 'cloudformation' | 'error';
/** A member's name or an item's number. */
type PathStep = string | number;
type Condition = { readonly path: readonly PathStep[] } & Readonly<Record<string, unknown>>;

export interface Source {
  readonly name: string;
  readonly match: readonly Condition[];
  /** Other shapes of the source's events. */
  readonly also?: readonly (readonly Condition[])[];
  readonly action: Action;
  readonly answer: AnswerShape;
  /** Path of the source's own ids. */
  readonly ids?: readonly PathStep[];
  /** Name of the list of items, null when the event is the list; and paths of an item's id, of which the first that is there counts. */
  readonly batch?: readonly [string | null, ...string[]];
  /** Whether an item that is reported as failed stands for every item after it too. */
  readonly checkpoint?: boolean;
  /** Whether the row's action is a guess, because the event does not tell how it was sent, as long as the construct does not say otherwise. */
  readonly assumed?: boolean;
  /** Path of an item's count of receives. */
  readonly receiveCount?: string;
  /** Whether a status of 500 or more is a failure. */
  readonly http?: boolean;
  /** Paths of an HTTP request's method and path. */
  readonly request?: { readonly method: readonly PathStep[]; readonly path: readonly PathStep[] };
}

/** What {@link parse} gives for an event that is not JSON. */
export const NOT_JSON = Symbol('not JSON');
export const DIRECT = 'direct';

const ROWS = sources as unknown as readonly Source[];

/** The event, or NOT_JSON. */
export function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return NOT_JSON;
  }
}

/** Whether it is an execution of a running custom-resource operation, which always runs. */
export function isHop(event: unknown): boolean {
  return isObject(event) && Object.keys(event).length === 1 && Object.hasOwn(event, continuationKey);
}

/** The row of an event; `direct` when no other matches. */
export function detect(event: unknown): Source {
  return ROWS.find(({ match, also = [] }) => [match, ...also].some((shape) => shape.every((condition) => holds(condition, event))))!;
}

/** The row of a name; `direct` for a name that a newer version may have stored. */
export function sourceNamed(name: unknown): Source {
  return ROWS.find((row) => row.name === name) ?? ROWS[ROWS.length - 1];
}

/** The source's own ids in the event, in order. Only text counts. */
export function sourceIds(source: Source, event: unknown): string[] {
  return source.ids ? collect(event, source.ids).filter((id) => typeof id === 'string') : [];
}

/** The items of a batch, undefined when it is not one. */
export function itemsOf(source: Source, event: unknown): unknown[] | undefined {
  if (!source.batch) {
    return undefined;
  }
  const [list] = source.batch;
  const items = list === null ? event : at(event, [list]);
  return Array.isArray(items) ? items : undefined;
}

/** The id by which a batch's item is reported as failed. */
export function itemId(source: Source, item: unknown): string | undefined {
  const [, ...paths] = source.batch ?? [null];
  return paths.map((path) => at(item, path.split('.'))).find((id) => typeof id === 'string');
}

/** Method and path of an HTTP request, as its source gives them; undefined for an event that is not one. */
export function requestOf(source: Source, event: unknown): { readonly method: string; readonly path: string } | undefined {
  const [method, path] = source.request ? [at(event, source.request.method), at(event, source.request.path)] : [];
  return typeof method === 'string' && typeof path === 'string' ? { method, path } : undefined;
}

/** A message of a batch, as the replay mark names it. */
export interface ReceivedMessage {
  readonly messageId: string | null;
  readonly receiveCount: number | null;
}

/** What tells a redelivered batch's items from those of another row; undefined for sources that do not count. */
export function receivedMessages(source: Source, event: unknown): ReceivedMessage[] | undefined {
  const path = source.receiveCount?.split('.');
  const items = path ? itemsOf(source, event) : undefined;
  return items?.map((item) => ({ messageId: itemId(source, item) ?? null, receiveCount: wholeNumber(at(item, path!)) }));
}

function wholeNumber(text: unknown): number | null {
  return typeof text === 'string' && /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

function collect(value: unknown, path: readonly PathStep[]): unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) {
    return [value];
  }
  if (step === '*') {
    return Array.isArray(value) ? value.flatMap((item) => collect(item, rest)) : [];
  }
  const inner = at(value, [step]);
  return inner === undefined ? [] : collect(inner, rest);
}

/** The value at a path, undefined when there is none. Names that every object inherits are not there. */
function at(value: unknown, path: readonly PathStep[]): unknown {
  let here = value;
  for (const step of path) {
    const there = typeof step === 'number' ? Array.isArray(here) : isObject(here) && Object.hasOwn(here, step);
    here = there ? (here as Record<PathStep, unknown>)[step] : undefined;
  }
  return here;
}

function holds(condition: Condition, event: unknown): boolean {
  const value = at(event, condition.path);
  if ('present' in condition) {
    return value !== undefined;
  }
  if ('equals' in condition) {
    return value === condition.equals;
  }
  if ('oneOf' in condition) {
    return (condition.oneOf as unknown[]).includes(value);
  }
  if ('type' in condition) {
    return condition.type === 'array' ? Array.isArray(value) : condition.type === 'object' ? isObject(value) : typeof value === condition.type;
  }
  const has = (name: string, test: (part: string) => boolean) => name in condition && test(condition[name] as string);
  return (
    typeof value === 'string' &&
    (has('startsWith', (part) => value.startsWith(part)) ||
      has('endsWith', (part) => value.endsWith(part)) ||
      has('contains', (part) => value.includes(part)))
  );
}
