/** A backup is one object in S3: JSON Lines, `{"Item": {...}}` on each, as in the files that DynamoDB exports, unzipped. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';

export type Item = Record<string, AttributeValue>;

export interface Backup {
  readonly bucket: string;
  readonly key: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** Byte at which the next page begins. */
  readonly end: number;
}

/** More than any item takes as JSON: 400 KB, each byte of it escaped. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 10;

const s3 = new S3Client({});

/** What pins the backup: reading fails when somebody replaces it on the way. */
export async function lookUp(backup: Backup): Promise<Omit<Position, 'offset'>> {
  try {
    const { ETag, ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: backup.bucket, Key: backup.key }));
    return { etag: ETag!, size: ContentLength! };
  } catch (cause) {
    throw new Error(`the backup ${nameOf(backup)} can't be read`, { cause }); // S3 itself says no more than "NotFound: UnknownError"
  }
}

/** Where a backup is to be read on. */
export interface Position {
  readonly etag: string;
  readonly size: number;
  readonly offset: number;
}

/** The next items, at most so many. */
export async function readPage(backup: Backup, from: Position, most: number, signal: AbortSignal): Promise<Page> {
  if (from.offset >= from.size) {
    return { items: [], end: from.size };
  }
  const last = Math.min(from.offset + CHUNK_BYTES, from.size) - 1;
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: backup.bucket, Key: backup.key, Range: `bytes=${from.offset}-${last}`, IfMatch: from.etag }),
    { abortSignal: signal },
  );
  const chunk = Buffer.from(await Body!.transformToByteArray());
  const items: Item[] = [];
  let at = 0;
  while (items.length < most && at < chunk.length) {
    const lineFeed = chunk.indexOf(LINE_FEED, at);
    if (lineFeed < 0 && last + 1 < from.size) {
      break;
    } // the rest of this line is in the next chunk
    const end = lineFeed < 0 ? chunk.length : lineFeed + 1;
    const line = chunk.toString('utf8', at, end);
    if (line.trim() !== '') {
      items.push(itemOf(line, `${nameOf(backup)} at byte ${from.offset + at}`));
    }
    at = end;
  }
  if (at === 0) {
    throw new Error(`the line of ${nameOf(backup)} at byte ${from.offset} is longer than ${CHUNK_BYTES} bytes, so it is no item`);
  }
  return { items, end: from.offset + at };
}

function itemOf(line: string, place: string): Item {
  let item: unknown;
  try {
    ({ Item: item } = JSON.parse(line, decodeBinary) as { Item?: unknown });
  } catch (cause) {
    throw new Error(`${place} is not JSON`, { cause });
  }
  if (typeof item !== 'object' || item === null) {
    throw new Error(`${place} has no Item`);
  }
  return item as Item;
}

/** An export writes bytes in base64. An attribute that is called B holds an object, so this is never one. */
function decodeBinary(name: string, value: unknown): unknown {
  if (name === 'B' && typeof value === 'string') {
    return Buffer.from(value, 'base64');
  }
  return name === 'BS' && Array.isArray(value) ? value.map((each) => Buffer.from(String(each), 'base64')) : value;
}

const nameOf = ({ bucket, key }: Backup) => `s3://${bucket}/${key}`;
