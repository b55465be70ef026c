/** Keys of the deferred events table and of its index. lambda/contract/maintenance-window/store.json. */
import { createHash } from 'node:crypto';

import { type backlogGroups, functionKey as functionKeys, run, shards } from '../../contract/maintenance-window/store.json';

/** Rows of one kind, which the index lists together. */
export type Group = keyof typeof backlogGroups;

/** Every shard's number. Marked as pure so that bundles that do not list the backlog leave it out. */
export const SHARDS: readonly number[] = /* @__PURE__ */ (() => Array.from({ length: shards.count }, (_, shard) => shard))();

/** Whether a text can be a function key. */
export function isFunctionKey(text: string): boolean {
  return new RegExp(functionKeys.allowed).test(text) && text.length <= functionKeys.mostCharacters && `${text}#` !== run.keyPrefix;
}

/** Key of an event's row. Formed from the function's own key, so that a request id cannot name another function's row. */
export function eventKey(functionKey: string, requestId: string): string {
  return `${functionKey}#${requestId}`;
}

/** Key of one part of an event's body. */
export function chunkKey(eventId: string, writeId: string, number: number): string {
  return `${eventId}#${writeId}#${number}`;
}

/** Keys of all parts that one writer stored, in order. */
export function chunkKeys(eventId: string, writeId: string, chunks: number): string[] {
  return Array.from({ length: chunks }, (_, number) => chunkKey(eventId, writeId, number));
}

/** Key of a replay run's row. */
export function runKey(runId: string): string {
  return `${run.keyPrefix}${runId}`;
}

/** The index's partition key of an event's row. */
export function backlogKey(group: Group, requestId: string): string {
  return shardKey(group, shardOf(requestId));
}

/** The index's partition key of one shard of a group: what is queried, and where replay runs are (shard 0). */
export function shardKey(group: Group, shard: number): string {
  return `${group}#${String(shard).padStart(2, '0')}`;
}

/** The first hexadecimal digit of sha256 over the request id. */
export function shardOf(requestId: string): number {
  return Number.parseInt(createHash('sha256').update(requestId).digest('hex')[0], 16);
}

/** The index's sort key of an event's row: by function, the oldest first. */
export function backlogSortKey(functionKey: string, deferredAt: number, requestId: string): string {
  return `${functionKey}#${deferredAt}#${requestId}`;
}

/** What the sort keys of one function's rows begin with, and of no other's. */
export function backlogSortPrefix(functionKey: string): string {
  return `${functionKey}#`;
}

/** The index's sort key of a replay run's row: the oldest first. */
export function runSortKey(startedAt: number, runId: string): string {
  return `${run.keyPrefix}${startedAt}#${runId}`;
}
