/** The pointer that the replayer sends in place of an event, and the mark that a replayed handler sees. lambda/contract/maintenance-window/replay.json. */
import { clientContext, pointer } from '../../../../contract/maintenance-window/replay.json';
import type { Row } from '../held/items';
import { isObject, parse } from '../held/sources';

export interface Pointer {
  readonly requestId: string;
  readonly token: string;
}

/** Whether a body may be a pointer: the warm path's one test of the event. */
export function mayBePointer(body: string): boolean {
  return body.startsWith(pointer.prefix);
}

/** The pointer that a body is; null when it is any other event. */
export function parsePointer(body: string): Pointer | null {
  if (!mayBePointer(body)) {
    return null;
  }
  const event = parse(body);
  const inner = isObject(event) && Object.keys(event).length === 1 ? event[pointer.key] : null;
  const exact =
    isObject(inner) && Object.keys(inner).length === pointer.fields.length && pointer.fields.every((field) => typeof inner[field] === 'string');
  return exact ? (inner as unknown as Pointer) : null;
}

/**
 * The original client context as JSON text, with the mark of this run.
 *
 * @param messages of a batch whose items are counted by their queue
 */
export function withMark(original: unknown, row: Row, messages: readonly object[] | null = null): string {
  const parsed = typeof original === 'string' ? parse(original) : null;
  const context = isObject(parsed) ? parsed : {};
  const mark = {
    originalRequestId: row.requestId,
    deferredAt: new Date(row.deferredAt as number).toISOString(),
    attempt: row.attempt,
    run: row.run ?? null,
    ...(messages && { messages }),
  };
  return JSON.stringify({ ...context, custom: { ...(isObject(context.custom) ? context.custom : {}), [clientContext.key]: mark } });
}

/** A client context that a caller sent, without a forged mark; the same text when there is none. */
export function withoutMark(context: string): string {
  const parsed = parse(context);
  if (!isObject(parsed) || !isObject(parsed.custom) || !Object.hasOwn(parsed.custom, clientContext.key)) {
    return context;
  }
  const { [clientContext.key]: _, ...custom } = parsed.custom;
  return JSON.stringify({ ...parsed, custom });
}
