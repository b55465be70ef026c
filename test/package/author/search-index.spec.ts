/** The unit test that its author writes: whole operations in milliseconds, without AWS. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runOperation } from 'cdk-patient-lambda/handler/testing';

import { searchIndex, type SearchService } from './search-index';

/** A service that needs so many looks at a job until it is what it comes to. */
function service(looks: number, comesTo: 'READY' | 'OUT_OF_SPACE' = 'READY'): SearchService & { removed: string[] } {
  const removed: string[] = [];
  return {
    removed,
    build: (name) => Promise.resolve(`job-of-${name}`),
    jobStatus: () => Promise.resolve(looks-- > 1 ? 'RUNNING' : comesTo),
    remove: async (name) => {
      removed.push(name);
    },
  };
}

const properties = { Name: 'orders', Shards: '4' };

void test('a create that takes half an hour succeeds, over as many executions as it needs', async () => {
  const handler = searchIndex(service(120));
  const { answer, executions } = await runOperation(
    handler,
    { RequestType: 'Create', ResourceProperties: properties },
    { executionTimeoutSeconds: 600 },
  );

  assert.deepEqual(answer, { status: 'SUCCESS', physicalResourceId: 'orders', data: { Endpoint: 'https://orders.search.example.com' } });
  assert.ok(executions > 3);
});

void test('a job that fails takes the stack back, with its reason', async () => {
  const { answer } = await runOperation(searchIndex(service(3, 'OUT_OF_SPACE')), { RequestType: 'Create', ResourceProperties: properties });

  assert.equal(answer?.status, 'FAILED');
  assert.match(answer.reason ?? '', /job job-of-orders ran out of space/);
  assert.equal(answer.physicalResourceId, 'orders');
});

void test('properties that make no sense are refused before anything is built', async () => {
  const { answer } = await runOperation(searchIndex(service(1)), { RequestType: 'Create', ResourceProperties: { Name: 'orders', Shards: 'many' } });

  assert.match(answer?.reason ?? '', /whole number of Shards.*many/);
});

void test('a delete removes the index', async () => {
  const indexes = service(1);
  const { answer } = await runOperation(searchIndex(indexes), {
    RequestType: 'Delete',
    PhysicalResourceId: 'orders',
    ResourceProperties: properties,
  });

  assert.equal(answer?.status, 'SUCCESS');
  assert.deepEqual(indexes.removed, ['orders']);
});
