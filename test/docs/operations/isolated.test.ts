import { App } from 'aws-cdk-lib';

import { warnings } from '../../src/maintenance-window/app';
import { IsolatedStack } from './isolated';

test("with the sample's endpoints synth has nothing to warn of", () => {
  const stack = new IsolatedStack(new App(), 'Isolated');
  stack.orders();
  expect(warnings(stack)).toEqual([]);
});
