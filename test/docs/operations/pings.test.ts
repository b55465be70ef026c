import { App } from 'aws-cdk-lib';

import { resourceOf } from '../../src/maintenance-window/app';
import { PingedStack } from './pings';

test('the sample is what its gate is told', () => {
  const search = new PingedStack(new App(), 'Pinged').search();
  expect(resourceOf(search).Properties.Environment.Variables).toMatchObject({ PATIENT_LAMBDA_COALESCE_BY: 'PAYLOAD' });
});
