import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { longRunning } from '../custom-resource/template';
import { guarded, newStack, resources } from '../maintenance-window/app';

test('functions of the library run on x86_64, which every Region has, and on the newest Node.js that the CDK names', () => {
  const stack = newStack();
  longRunning(stack, 'Restore');
  guarded(stack, 'Orders');
  const own = Object.entries(resources(stack)).filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith('CdkPatientLambda'));
  const { name } = lambda.determineLatestNodeRuntime(new Stack());
  expect(
    own.map(
      ([
        ,
        {
          Properties: { Runtime, Architectures },
        },
      ]) => [Runtime as string, Architectures as string[]],
    ),
  ).toEqual(own.map(() => [name, ['x86_64']]));
  // Responder, planner and replayer
  expect(own).toHaveLength(3);
});
