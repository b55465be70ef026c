/** What a held invocation is answered: the shapes of lambda/contract/maintenance-window/answers.json. Times in epoch milliseconds; `until` null without a known end. */
import { messages, statusTexts } from '../../../../contract/maintenance-window/answers.json';
import { retryAfterSeconds } from '../../../../contract/maintenance-window/timing.json';
import { isObject } from '../../../../json';
import { GateError } from '../quiet/errors';
import type { Rejection } from '../quiet/http-options';
import { iso } from '../quiet/times';
import { filledBody, mergedHeaders } from './rejection';
import type { Source } from './sources';
import { streamed } from './streaming';

const TEXTS: Readonly<Record<number, string | undefined>> = statusTexts;
const DEFAULT_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

/** The reply to a source whose event is kept. `streams`: whether it streams its responses. */
export function deferred(source: Source, event: unknown, body: string, requestId: string, until: number | null, streams = false): string {
  const marker = { maintenanceWindow: { status: 'DEFERRED', requestId, until: isoOrNull(until) } };
  if (source.answer === 'echo') {
    return body;
  }
  if (source.answer === 'http' || source.answer === 'alb') {
    return http(source, event, streams, 202, DEFAULT_HEADERS, JSON.stringify(marker));
  }
  return JSON.stringify(source.batch ? { batchItemFailures: [], ...marker } : marker);
}

/** The reply to an HTTP source whose event is not kept. The function's own `rejection` is for those alone that speak HTTP to their caller. */
export function rejected(
  source: Source,
  event: unknown,
  now: number,
  until: number | null,
  reason: string | null,
  rejection?: Rejection,
  streams = false,
): string {
  const { least, most, unknownEnd } = retryAfterSeconds;
  const seconds = until === null ? unknownEnd : Math.min(Math.max(Math.ceil((until - now) / 1000), least), most);
  const own = source.http ? rejection : undefined;
  const headers = mergedHeaders({ ...DEFAULT_HEADERS, 'Retry-After': String(seconds) }, own?.headers);
  const body =
    own?.body === undefined
      ? JSON.stringify({ message: messages.http, until: isoOrNull(until), reason })
      : filledBody(own.body, headers, isoOrNull(until), reason);
  return http(source, event, streams, own?.statusCode ?? 503, headers, body);
}

/** The error by which a source keeps its event, or a caller learns that it must come back. */
export function windowActive(action: 'REJECT' | 'LEAVE', until: number | null, reason: string | null): GateError {
  const end = until === null ? '' : ` until ${iso(until)}`;
  const why = reason === null ? '' : ` (${reason})`;
  const kept = action === 'LEAVE' ? 'the event was left at its source' : 'the event was not kept';
  return new GateError('windowActive', `A maintenance window is on${end}${why}: the handler was not called and ${kept}.`);
}

/** The error of onWindowUnknown FAIL. */
export function windowUnknown(cause: string): GateError {
  return new GateError(
    'windowUnknown',
    messages.windowUnknown.replace('<cause>', () => cause),
  );
}

/** The error to a source whose event could not be kept. */
export function notStored(cause: string): GateError {
  return new GateError(
    'notStored',
    messages.notStored.replace('<cause>', () => cause),
  );
}

function http(source: Source, event: unknown, streams: boolean, status: number, headers: Readonly<Record<string, string>>, body: string): string {
  if (streams) {
    return streamed(status, headers, body);
  }
  const multiValue = source.answer === 'alb' && isObject(event) && 'multiValueHeaders' in event;
  return JSON.stringify({
    statusCode: status,
    ...(source.answer === 'alb' && TEXTS[status] ? { statusDescription: `${status} ${TEXTS[status]}` } : {}),
    ...(multiValue ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) } : { headers }),
    body,
    isBase64Encoded: false,
  });
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time);
}
