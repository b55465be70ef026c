import { type NextExecution, startNextExecution } from '../../../../../lambda/custom-resource/runtime/nodejs/operation/next-execution';
import { SimulatedClock } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/simulated-clock';

test('is tried once even when its time is over, after an event loop that was blocked', async () => {
  const clock = new SimulatedClock(0, 0);
  const payloads: string[] = [];
  const late: NextExecution = {
    functionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f',
    payload: 'continuation',
    answer: { status: 'FAILED', physicalResourceId: 'made', reason: 'no' },
    cancelled: new AbortController().signal,
    until: clock.now() - 1000,
    clock,
    mask: (text) => text,
    invoke: async (_, payload) => {
      payloads.push(payload);
    },
  };
  await startNextExecution(late);
  await expect(startNextExecution({ ...late, invoke: () => Promise.reject(new Error('gone')) })).rejects.toThrow('gone');
  expect(payloads).toEqual(['continuation']);
});
