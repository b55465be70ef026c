import { runOperation } from 'cdk-patient-lambda/handler/testing';

import { handler } from './reachable';

test('is there when the URL answers, though that takes longer than an execution', async () => {
  let calls = 0;
  jest.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: ++calls > 100 ? 200 : 503 }));

  const { answer, executions } = await runOperation(handler, {
    RequestType: 'Create',
    ResourceProperties: { Url: 'https://service.example' },
  });

  expect(answer).toMatchObject({ status: 'SUCCESS', data: { Misses: 100 } });
  expect(executions).toBe(2); // of 900 seconds each: nobody waited for them
});
