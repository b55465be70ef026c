/** A store whose function is gone, and one with another key that is to run its events. */
import { randomBytes } from 'node:crypto';

import { environment } from '../../../../lambda/contract/names.json';
import type { RedirectReport } from '../../../../lambda/maintenance-window/replayer/redirect';
import type { Item } from '../../../../lambda/maintenance-window/replayer/row';
import { pack, parts } from '../../../../lambda/maintenance-window/store/body';
import { chunkKey } from '../../../../lambda/maintenance-window/store/keys';
import { FUNCTION_KEY, type Mishaps, requestIdOf, World } from '../state-machine/world';

export const TO = 'bills';
export const NEW_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:bills';
const LONG = 900_000;

/** A world without the function of the events, where {@link NEW_ARN} has the key {@link TO}. */
export function movedWorld(seed?: number, mishaps?: Mishaps): World {
  const world = new World(seed, mishaps);
  world.functions.clear();
  world.tagged.clear();
  world.guard(NEW_ARN, { [environment.functionKey]: TO });
  return world;
}

export function redirect(world: World, request: { to?: string; maxEvents?: number; source?: string; requestId?: string } = {}, remaining = LONG) {
  const { to = TO, maxEvents, ...filter } = request;
  const replayer = world.replayer({ replay: 'MANUAL' });
  return world.simulation.run<RedirectReport>(
    replayer.redirect({ action: 'redirect', filter: { functionKey: FUNCTION_KEY, ...filter }, to, maxEvents }, remaining),
  );
}

/** Keeps an event with its bytes, in chunks when they are many; its id. */
export function deferBody(world: World, number: number, body: Buffer, attributes: Item = {}): string {
  const requestId = requestIdOf(number);
  const packed = pack(body);
  const chunks = parts(packed);
  const inChunks = chunks.length > 1;
  const id = world.defer(requestId, {
    encoding: { S: packed.attributes.encoding },
    bodySize: { N: String(packed.attributes.bodySize) },
    bodySha256: { S: packed.attributes.bodySha256 },
    ...(inChunks ? { chunks: { N: String(chunks.length) }, writeId: { S: 'w-old' } } : { body: { B: packed.content } }),
    ...attributes,
  });
  if (inChunks) {
    chunks.forEach((chunk, part) => world.database.put({ pk: { S: chunkKey(id, 'w-old', part) }, body: { B: chunk } }));
  }
  return id;
}

/** Bytes that do not shrink, in more than one chunk. */
export const LARGE = Buffer.from(randomBytes(400_000).toString('base64'));

export const newId = (number: number) => `${TO}#${requestIdOf(number)}`;

export function chunksOf(world: World, id: string): string[] {
  return [...world.database.items.keys()].filter((key) => key.startsWith(`${id}#`)).sort();
}
