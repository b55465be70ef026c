import { randomBytes } from 'node:crypto';

import * as fc from 'fast-check';

import { limits } from '../../../../lambda/contract/maintenance-window/store.json';
import { BodyDamaged, isInline, joined, pack, parts, unpack } from '../../../../lambda/maintenance-window/store/body';

const kept = (body: Buffer) => {
  const packed = pack(body);
  return unpack(joined(parts(packed)), packed.attributes);
};

test('any bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      expect(kept(Buffer.from(bytes)).equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test.each([
  ['that gzip makes smaller', 'gzip', Buffer.alloc(limits.gzipFrom.value, 'x')],
  ['that are short', 'identity', Buffer.alloc(limits.gzipFrom.value - 1, 'x')],
  ['that gzip does not make smaller', 'identity', randomBytes(limits.gzipFrom.value)],
])('bytes %s are kept as %s', (_, encoding, body) => {
  const { attributes } = pack(body);
  expect(attributes).toMatchObject({ encoding, bodySize: body.length });
});

test('what does not fit the header goes into chunks of at most an item each', () => {
  const body = randomBytes(2 * limits.chunkBytes.value + 1);
  const packed = pack(body);
  expect(isInline(packed)).toBe(false);
  expect(parts(packed).map((part) => part.length)).toEqual([limits.chunkBytes.value, limits.chunkBytes.value, 1]);
  expect(kept(body).equals(body)).toBe(true);
  expect(isInline(pack(randomBytes(limits.inlineBytes.value)))).toBe(true);
  expect(isInline(pack(randomBytes(limits.inlineBytes.value + 1)))).toBe(false);
});

test('an empty body has one part', () => {
  expect(parts(pack(Buffer.alloc(0)))).toHaveLength(1);
});

test('a missing part is told by its number', () => {
  expect(() => joined([Buffer.from('a'), undefined, Buffer.from('c'), undefined])).toThrow(new BodyDamaged('parts 1, 3 of 4 are missing'));
});

describe('bytes that are not what was received are refused', () => {
  const body = Buffer.alloc(4000, 'x');
  const { content, attributes } = pack(body);

  test.each([
    ['another digest', content, { ...attributes, bodySha256: 'other' }, 'bytes that were received'],
    ['another size', content, { ...attributes, bodySize: 1 }, 'bytes that were received'],
    ['a row that does not say its size', content, {}, 'bytes that were received'],
    ['what gzip cannot read', Buffer.from('junk'), attributes, 'cannot be unpacked'],
    ['a part cut off', content.subarray(0, content.length - 9), attributes, 'cannot be unpacked'],
  ])('%s', (_, bytes, said, message) => {
    expect(() => unpack(bytes, said)).toThrow(BodyDamaged);
    expect(() => unpack(bytes, said)).toThrow(message);
  });
});
