/** An event's bytes as the store keeps them: packed, in parts, and back again byte for byte. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';

import { limits } from '../../contract/maintenance-window/store.json';
import type { Encoding } from './row';

/** What a row says of its body. */
export interface BodyAttributes {
  readonly encoding: Encoding;
  /** Bytes of the event as received. */
  readonly bodySize: number;
  /** Hex, of the event as received. */
  readonly bodySha256: string;
}

/** The bytes as they are kept. */
export interface PackedBody {
  readonly content: Buffer;
  readonly attributes: BodyAttributes;
}

/** The kept bytes are not what was received. */
export class BodyDamaged extends Error {}

/** Packs a body: gzip where it helps. */
export function pack(body: Buffer): PackedBody {
  const packed = body.length >= limits.gzipFrom.value ? gzipSync(body) : body;
  const helps = packed.length < body.length;
  return { content: helps ? packed : body, attributes: { encoding: helps ? 'gzip' : 'identity', bodySize: body.length, bodySha256: sha256(body) } };
}

/** Whether the kept bytes go into the header row, or else into chunks. */
export function isInline({ content }: PackedBody): boolean {
  return content.length <= limits.inlineBytes.value;
}

/** The kept bytes in parts that fit an item each; at least one. */
export function parts({ content }: PackedBody): Buffer[] {
  const size = limits.chunkBytes.value;
  return Array.from({ length: Math.max(1, Math.ceil(content.length / size)) }, (_, number) => content.subarray(number * size, (number + 1) * size));
}

/**
 * The kept bytes from their parts.
 *
 * @param found in order; undefined where a part was not there
 * @throws BodyDamaged naming the missing parts
 */
export function joined(found: readonly (Uint8Array | undefined)[]): Buffer {
  const missing = found.flatMap((part, number) => (part ? [] : [number]));
  if (missing.length > 0) {
    throw new BodyDamaged(`parts ${missing.join(', ')} of ${found.length} are missing`);
  }
  return Buffer.concat(found as readonly Uint8Array[]);
}

/**
 * The event's bytes, as received.
 *
 * @param said what the row says of them; a row written by hand may lack any of it
 * @throws BodyDamaged
 */
export function unpack(content: Buffer, said: { readonly encoding?: unknown; readonly bodySize?: unknown; readonly bodySha256?: unknown }): Buffer {
  const body = said.encoding === 'gzip' ? unzipped(content) : content;
  if (body.length !== said.bodySize || sha256(body) !== said.bodySha256) {
    throw new BodyDamaged(`${body.length} bytes were kept, which are not the ${String(said.bodySize)} bytes that were received`);
  }
  return body;
}

function unzipped(content: Buffer): Buffer {
  try {
    return gunzipSync(content);
  } catch (error) {
    throw new BodyDamaged(`the kept bytes cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
