import type { IncomingMessage } from 'node:http';

/** The body went over the limit; the rest was read and dropped, so that the sender sees the answer. */
export class BodyTooLargeError extends Error {}

/** The connection ended before the body did. */
export class TruncatedBodyError extends Error {}

/**
 * Reads a body whole, byte for byte.
 * @throws BodyTooLargeError above `limit` bytes, TruncatedBodyError when the sender went away.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
      }
    }
  } catch (error) {
    throw new TruncatedBodyError(`The sender went away after ${size} bytes: ${(error as Error).message}`);
  }
  if (size > limit) {
    throw new BodyTooLargeError(`${size} bytes, at most ${limit} are allowed.`);
  }
  return Buffer.concat(chunks, size);
}
