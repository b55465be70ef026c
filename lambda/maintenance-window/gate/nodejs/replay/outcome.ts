/** What a replayed run's result means for its row: done, failed, or some items of its batch failed. lambda/contract/maintenance-window/replay.json. */
import { limits } from '../../../../contract/maintenance-window/store.json';
import { isObject } from '../../../../json';
import { listBytes } from '../held/items';
import { itemId, itemsOf, parse, type Source } from '../held/sources';

export type Outcome =
  | { readonly status: 'DONE' }
  | { readonly status: 'FAILED'; readonly errorType: string; readonly errorMessage: string }
  | { readonly status: 'PARTIAL'; readonly errorType: string; readonly errorMessage: string; readonly only: readonly string[] };

export const BODY_DAMAGED = 'BodyDamaged';
const PARTIAL_FAILURE = 'PartialBatchFailure';

/** A failure; what kept the handler from running is one too. */
export function failed(errorType: string, errorMessage: string): Outcome {
  return { status: 'FAILED', errorType, errorMessage };
}

/** The outcome of a handler that returned. */
export function outcomeOfResult(source: Source, event: unknown, result: string): Outcome {
  const value = parse(result);
  if (!isObject(value)) {
    return { status: 'DONE' };
  }
  if (source.batch) {
    return outcomeOfBatch(source, event, value.batchItemFailures);
  }
  if (source.http && isServerError(value.statusCode)) {
    return failed('HttpServerError', `the handler answered with status ${String(value.statusCode)}`);
  }
  return { status: 'DONE' };
}

/** The outcome of a handler that failed, from what the client reports. */
export function outcomeOfError(error: string): Outcome {
  const value = parse(error);
  const { errorType, errorMessage } = (isObject(value) ? value : {}) as { readonly errorType?: string; readonly errorMessage?: string };
  return failed(String(errorType || 'Unknown'), String(errorMessage ?? ''));
}

/** The event with those items of its batch that are still to run; undefined when it is not such a batch. */
export function withOnly(source: Source, body: string, only: readonly string[]): string | undefined {
  const event = parse(body);
  const items = itemsOf(source, event);
  if (!items) {
    return undefined;
  }
  const [list] = source.batch!;
  const left = items.filter((item) => only.includes(itemId(source, item)!));
  return JSON.stringify(list === null ? left : { ...(event as object), [list]: left });
}

/** An error's type or message as the row holds it: a handler may choose both, of any length. */
export function clipped(text: string): string {
  return [...text].slice(0, limits.errorMessageCharacters.value).join('');
}

/** A status is a number, or text of decimal digits and nothing else. */
function isServerError(status: unknown): boolean {
  return (typeof status === 'number' || (typeof status === 'string' && /^[0-9]+$/.test(status))) && Number(status) >= 500;
}

function outcomeOfBatch(source: Source, event: unknown, failures: unknown): Outcome {
  if (failures === undefined || failures === null || (Array.isArray(failures) && failures.length === 0)) {
    return { status: 'DONE' };
  }
  const items = (itemsOf(source, event) ?? []).map((item) => itemId(source, item));
  const known = new Set(items);
  const ids = Array.isArray(failures) ? failures.map((failure) => (isObject(failure) ? failure.itemIdentifier : undefined)) : [undefined];
  if (!ids.every((id): id is string => typeof id === 'string' && id !== '' && known.has(id))) {
    return failed(PARTIAL_FAILURE, 'batchItemFailures names an item that is not in the batch, so the whole batch failed');
  }
  const rest = source.checkpoint ? fromFirst(items, ids) : ids;
  if (!rest) {
    return failed(PARTIAL_FAILURE, 'an item after the first that failed has no id by which it could run again, so the whole batch does');
  }
  const only = [...new Set(rest)];
  if (listBytes(only) > limits.onlyBytes.value) {
    return failed(PARTIAL_FAILURE, `${only.length} items failed, more than the row can name: the whole batch runs again`);
  }
  return { status: 'PARTIAL', errorType: PARTIAL_FAILURE, errorMessage: `${only.length} of ${items.length} items failed`, only };
}

/** The items of a batch from the first that failed to its end, as streams repeat them; undefined when one of them can't be named. */
function fromFirst(items: readonly (string | undefined)[], failedIds: readonly string[]): string[] | undefined {
  const named = new Set<string | undefined>(failedIds);
  const rest = items.slice(items.findIndex((id) => named.has(id)));
  return rest.every((id) => id !== undefined) ? rest : undefined;
}
