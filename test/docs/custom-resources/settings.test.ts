import { SSMClient } from '@aws-sdk/client-ssm';
import { runOperation } from 'cdk-patient-lambda/handler/testing';

import { handler } from './settings';

test('waits for the permission to spread', async () => {
  let calls = 0;
  jest.spyOn(SSMClient.prototype, 'send').mockImplementation(() => {
    const denied = Object.assign(new Error('not authorized to perform: ssm:GetParameter'), { name: 'AccessDeniedException' });
    return ++calls < 4 ? Promise.reject(denied) : Promise.resolve({ Parameter: { Value: 'blue' } });
  });

  const { answer } = await runOperation(handler, { RequestType: 'Create', ResourceProperties: { Parameter: '/shop/colour' } });

  expect(answer).toMatchObject({ status: 'SUCCESS', data: { Value: 'blue' } });
});
