import { Stack } from 'aws-cdk-lib';

import { MaintenanceWindow } from '../../../../src';
import { newStack } from '../app';

const LAMBDAS_LIMIT = 4096;

test('as many windows fit as Lambda has room for, with the longest name and id that a stack can have', () => {
  const stack = newStack();
  let windows = 0;
  const error = () => {
    try {
      for (; windows < 1000; windows++) {
        new MaintenanceWindow(stack, `W${windows}`, { windowName: String(windows).padStart(30, 'w') });
      }
    } catch (problem) {
      return (problem as Error).message;
    }
    return 'all fit';
  };
  expect(error()).toContain(
    `'Orders/W${windows}': with this one the names of the stack's ${windows + 1} windows take ${(windows + 1) * 31 - 1} bytes`,
  );
  const stackName = 's'.repeat(128);
  const measured = (names: number) =>
    JSON.stringify({
      PATIENT_LAMBDA_MIRROR: `cdk-patient-lambda-windows-${stackName}`,
      PATIENT_LAMBDA_WINDOWS: 'w'.repeat(names * 31 - 1),
      PATIENT_LAMBDA_STACK_ID: `arn:aws-us-gov:cloudformation:ap-southeast-1:111111111111:stack/${stackName}/00000000-0000-0000-0000-000000000000`,
    }).length;
  expect(measured(windows)).toBeLessThanOrEqual(LAMBDAS_LIMIT);
  expect(measured(windows + 1)).toBeGreaterThan(LAMBDAS_LIMIT);
});

test('windows of another stack take no room', () => {
  const stack = newStack();
  const other = new Stack(stack, 'Other');
  for (let i = 0; i < 50; i++) {
    for (const scope of [stack, other]) {
      new MaintenanceWindow(scope, `W${i}`, { windowName: String(i).padStart(64, 'w') });
    }
  }
  expect(stack.node.findAll().filter((node) => MaintenanceWindow.isMaintenanceWindow(node))).toHaveLength(100);
});
