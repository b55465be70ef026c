/** What a held invocation is answered: the shapes of lambda/contract/maintenance-window/answers.json. Times in epoch milliseconds; `until` null without a known end. */
import { messages } from '../../../../contract/maintenance-window/answers.json';
import { retryAfterSeconds } from '../../../../contract/maintenance-window/timing.json';
import { isObject } from '../../../../json';
import { GateError } from '../quiet/errors';
import { iso } from '../quiet/times';
import type { Source } from './sources';

const STATUS = { 202: 'Accepted', 503: 'Service Unavailable' } as const;

/** The reply to a source whose event is kept. */
export function deferred(source: Source, event: unknown, body: string, requestId: string, until: number | null): string {
  const marker = { maintenanceWindow: { status: 'DEFERRED', requestId, until: isoOrNull(until) } };
  if (source.answer === 'echo') {
    return body;
  }
  if (source.answer === 'http' || source.answer === 'alb') {
    return http(source, event, 202, {}, marker);
  }
  return JSON.stringify(source.batch ? { batchItemFailures: [], ...marker } : marker);
}

/** The reply to an HTTP source whose event is not kept. */
export function rejected(source: Source, event: unknown, now: number, until: number | null, reason: string | null): string {
  const { least, most, unknownEnd } = retryAfterSeconds;
  const seconds = until === null ? unknownEnd : Math.min(Math.max(Math.ceil((until - now) / 1000), least), most);
  return http(source, event, 503, { 'Retry-After': String(seconds) }, { message: messages.http, until: isoOrNull(until), reason });
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

function http(source: Source, event: unknown, status: keyof typeof STATUS, more: Record<string, string>, content: unknown): string {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...more };
  const multiValue = source.answer === 'alb' && isObject(event) && 'multiValueHeaders' in event;
  return JSON.stringify({
    statusCode: status,
    ...(source.answer === 'alb' ? { statusDescription: `${status} ${STATUS[status]}` } : {}),
    ...(multiValue ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) } : { headers }),
    body: JSON.stringify(content),
    isBase64Encoded: false,
  });
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : iso(time);
}
