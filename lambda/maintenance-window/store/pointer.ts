/**
 * The pointer that the replayer sends in place of an event: the replayer writes it, the gate knows it again by its first bytes.
 * lambda/contract/maintenance-window/replay.json.
 */
import { pointer } from '../../contract/maintenance-window/replay.json';
import { isObject } from '../../json';

export interface Pointer {
  readonly requestId: string;
  /** Random for each claim: it starts one run, once. */
  readonly token: string;
}

/** The bytes that tell a gate which event to run: compact, because the gate knows a pointer by its first bytes. */
export function pointerTo(requestId: string, token: string): Uint8Array {
  return Buffer.from(`${pointer.prefix}${JSON.stringify({ requestId, token })}}`);
}

/** Whether a body may be a pointer: the warm path's one test of the event. */
export function mayBePointer(body: string): boolean {
  return body.startsWith(pointer.prefix);
}

/** The pointer that a body is; undefined when it is any other event. */
export function parsePointer(body: string): Pointer | undefined {
  if (!mayBePointer(body)) {
    return undefined;
  }
  const event = parsed(body);
  const inner = isObject(event) && Object.keys(event).length === 1 ? event[pointer.key] : undefined;
  const exact =
    isObject(inner) && Object.keys(inner).length === pointer.fields.length && pointer.fields.every((field) => typeof inner[field] === 'string');
  return exact ? (inner as unknown as Pointer) : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // what is not JSON is not a pointer
  }
}
