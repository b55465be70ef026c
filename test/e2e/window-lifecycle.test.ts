import { DescribeParametersCommand, GetParameterCommand } from '@aws-sdk/client-ssm';

import contract from '../../lambda/contract/maintenance-window/window.json';
import { GuardedStack } from './support/guarded-stack';

let stack: GuardedStack;

beforeAll(async () => {
  stack = await GuardedStack.deploy();
}, 600_000);

afterAll(() => stack?.bed.close(), 120_000);

const value = async () => (await stack.ssm.send(new GetParameterCommand({ Name: stack.outputs.OperatorParameter }))).Parameter!.Value;

test('the window is created as auto, refuses what is no window, is kept by a deploy and removed with its stack', async () => {
  expect(await value()).toBe('auto');
  const { Parameters } = await stack.ssm.send(
    new DescribeParametersCommand({
      ParameterFilters: [{ Key: 'Name', Values: [stack.outputs.OperatorParameter] }],
    }),
  );
  expect(Parameters![0]).toMatchObject({ Type: 'String', AllowedPattern: contract.allowedPattern.operator });

  await expect(stack.window('on tomorrow, please')).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });
  await stack.window('off # written by hand');
  await stack.deploy({ deployment: 'second deployment with another tag' });
  expect(await value()).toBe('off # written by hand');

  await stack.destroy();
  await expect(value()).rejects.toMatchObject({ name: 'ParameterNotFound' });
}, 600_000);
