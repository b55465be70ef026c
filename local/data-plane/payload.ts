import { CLIENT_CONTEXT_LIMIT } from './limits';
import { ServiceError } from './service-error';

/** What a function gets when the caller sent no payload at all. */
const NO_PAYLOAD = Buffer.from('{}');

/** Text of the bytes, when they are UTF-8 and JSON; else nothing. */
export function jsonText(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

/**
 * The event as the runtime gets it: the caller's bytes, untouched.
 * @throws ServiceError InvalidRequestContentException (400) when they are not JSON.
 */
export function eventPayload(body: Buffer): Buffer {
  if (body.length === 0) {
    return NO_PAYLOAD;
  }
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch (error) {
    throw invalidContent(`Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`);
  }
  return body;
}

/**
 * The client context as the runtime gets it: decoded JSON.
 * @throws ServiceError InvalidRequestContentException (400) when it is not base64 of JSON, or too large.
 */
export function decodeClientContext(encoded: string | undefined): string | undefined {
  if (encoded === undefined || encoded === '') {
    return undefined;
  }
  if (encoded.length > CLIENT_CONTEXT_LIMIT) {
    throw invalidContent(`Client context must be at most ${CLIENT_CONTEXT_LIMIT} bytes of base64, it has ${encoded.length}.`);
  }
  const text = /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) ? jsonText(Buffer.from(encoded, 'base64')) : undefined;
  if (text === undefined) {
    throw invalidContent('Client context must be a valid Base64-encoded JSON object.');
  }
  return text;
}

/** The answer to a body over the limit. */
export function requestTooLarge(limit: number): ServiceError {
  return new ServiceError(413, 'RequestTooLargeException', `Request must be smaller than ${limit} bytes for the InvokeFunction operation`);
}

function invalidContent(message: string): ServiceError {
  return new ServiceError(400, 'InvalidRequestContentException', message);
}
