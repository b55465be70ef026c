/** The mark in the client context by which a handler can tell that it replays. Only the gate may set it. */
import { clientContext } from '../../../../contract/maintenance-window/replay.json';
import { isObject } from '../../../../json';
import type { EventRow } from '../../../store/row';
import { parse } from '../held/sources';
import { iso } from '../quiet/times';

/**
 * The original client context as JSON text, with the mark of this run.
 *
 * @param original as the row has it: one that was written by hand may hold anything
 * @param messages of a batch whose items are counted by their queue
 */
export function withMark(
  original: unknown,
  row: Pick<EventRow, 'requestId' | 'deferredAt' | 'attempt' | 'run'>,
  messages?: readonly object[],
): string {
  const parsed = typeof original === 'string' ? parse(original) : undefined;
  const context = isObject(parsed) ? parsed : {};
  const { requestId, deferredAt, attempt, run = null } = row;
  const mark = { originalRequestId: requestId, deferredAt: iso(deferredAt), attempt, run, ...(messages && { messages }) };
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
