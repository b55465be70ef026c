import { DescribeParametersCommand, GetParameterCommand } from '@aws-sdk/client-ssm';

import iam from '../../lambda/contract/iam.json';
import contract from '../../lambda/contract/maintenance-window/window.json';
import { GuardedStack } from './support/guarded-stack';
import { notAllowed, type Statement, statementsOf } from './support/least-privilege';
import { mirrored } from './support/window';

jest.setTimeout(600_000);

let stack: GuardedStack;
let parameter: string;
let planner: { readonly name: string; readonly statements: readonly Statement[] };

beforeAll(async () => {
  stack = await GuardedStack.deploy();
  parameter = stack.outputs.OperatorParameter;
  planner = { name: stack.outputs.Planner, statements: await statementsOf(stack.bed, stack.outputs.Planner) };
}, 600_000);

afterAll(() => stack?.bed.close(), 120_000);

const value = async () => (await stack.ssm.send(new GetParameterCommand({ Name: parameter }))).Parameter!.Value;

/** One life of a window; each part goes on where the one before has ended. */
test('the window is created as auto, refuses what is no window, and is kept by a deploy', async () => {
  expect(await value()).toBe('auto');
  const { Parameters } = await stack.ssm.send(new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Values: [parameter] }] }));
  expect(Parameters![0]).toMatchObject({ Type: 'String', AllowedPattern: contract.allowedPattern.operator });
  await expect(stack.window('on tomorrow, please')).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });

  await stack.window('off # written by hand');
  await stack.deploy({ deployment: 'second deployment with another tag' });
  expect(await value()).toBe('off # written by hand');
});

test('a window that moves in the tree in the middle of a hold stays on, also when that deployment is rolled back', async () => {
  await stack.window('on # no deployments tonight');
  await expect(stack.deploy({ place: 'Second', refused: 'yes' })).rejects.toThrow('no deployments tonight');
  expect(await value()).toBe('on # no deployments tonight');

  await stack.deploy({ place: 'Second' });
  expect(await value()).toBe('on # no deployments tonight');
  expect((await mirrored(stack.bed, parameter))!.operator.S).toBe('on # no deployments tonight');
});

test('it is removed with its stack, and its planner has asked for all that it may, and for nothing else', async () => {
  await stack.destroy({ place: 'Second' });
  await expect(value()).rejects.toMatchObject({ name: 'ParameterNotFound' });

  expect(notAllowed(stack.bed, planner.name, planner.statements)).toEqual([]);
  const asked = stack.bed.requests().filter(({ functionName }) => functionName === planner.name);
  expect([...new Set(asked.map(({ action }) => action))].sort()).toEqual(
    Object.values(iam.planner)
      .flatMap(({ actions }) => actions)
      .sort(),
  );
});
