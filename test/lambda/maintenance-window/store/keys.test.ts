import * as fc from 'fast-check';

import { keyVectors, shards } from '../../../../lambda/contract/maintenance-window/store.json';
import {
  backlogKey,
  backlogSortKey,
  backlogSortPrefix,
  chunkKey,
  chunkKeys,
  eventKey,
  isFunctionKey,
  runKey,
  runSortKey,
  shardKey,
  shardOf,
  SHARDS,
} from '../../../../lambda/maintenance-window/store/keys';

test.each(keyVectors.event)("an event's key is $key", ({ functionKey, requestId, key }) => {
  expect(eventKey(functionKey, requestId)).toBe(key);
});

test.each(keyVectors.chunk)("a chunk's key is $key", ({ functionKey, requestId, writeId, number, key }) => {
  expect(chunkKey(eventKey(functionKey, requestId), writeId, number)).toBe(key);
});

test.each(keyVectors.run)("a run's key is $key", ({ runId, key }) => {
  expect(runKey(runId)).toBe(key);
});

test.each(keyVectors.sort)("an event's place in the index is $key", ({ functionKey, deferredAt, requestId, key }) => {
  expect(backlogSortKey(functionKey, deferredAt, requestId)).toBe(key);
});

test.each(keyVectors.runSort)("a run's place in the index is $key", ({ startedAt, runId, key }) => {
  expect(runSortKey(startedAt, runId)).toBe(key);
});

test('the parts of one writer are numbered from 0', () => {
  expect(chunkKeys('k#r', 'w', 2)).toEqual(['k#r#w#0', 'k#r#w#1']);
  expect(chunkKeys('k#r', 'w', 0)).toEqual([]);
});

test('every shard can be queried', () => {
  const listed = SHARDS.map((shard) => shardKey('pending', shard));
  expect(listed).toHaveLength(shards.count);
  for (const { requestId } of shards.vectors) {
    expect(listed).toContain(backlogKey('pending', requestId));
  }
});

describe('the shard of a request id', () => {
  test.each(shards.vectors)('$requestId is in $shard', ({ requestId, shard }) => {
    expect(backlogKey('pending', requestId)).toBe(`pending#${shard}`);
  });

  test('is one of those there are', () => {
    fc.assert(
      fc.property(fc.string(), (requestId) => {
        expect(shardOf(requestId)).toBeGreaterThanOrEqual(0);
        expect(shardOf(requestId)).toBeLessThan(shards.count);
      }),
    );
  });
});

test("a function's places in the index begin with its own prefix, and not with that of a key that is longer or shorter", () => {
  const place = backlogSortKey('orders', 1, 'r');
  expect(['orders', 'order', 'orders-2'].map((functionKey) => place.startsWith(backlogSortPrefix(functionKey)))).toEqual([true, false, false]);
});

test.each([
  ['Shop/Orders-1.a_b', true],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
  ['', false],
  ['a#b', false],
  ['a*', false],
  ['a\n', false],
  ['run', false],
  ['runs', true],
])('%j can be a function key: %s', (text, can) => {
  expect(isFunctionKey(text)).toBe(can);
});
