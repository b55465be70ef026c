import { CfnOutput, CfnParameter, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

import { tableVectors } from '../../../../lambda/contract/maintenance-window/mirror.json';
import { MaintenanceWindow } from '../../../../src';
import { mirrorArn } from '../../../../src/maintenance-window/parts/mirror';
import { windowNamesIn } from '../../../../src/maintenance-window/parts/window-names';
import { newStack } from '../app';

const imported = (stack: Stack, operatorParameterName: string) =>
  MaintenanceWindow.fromMaintenanceWindowAttributes(stack, 'Window', { operatorParameterName });

/** A value as the stack's template has it. */
function rendered(stack: Stack, value: string): unknown {
  new CfnOutput(stack, 'Value', { value });
  return Template.fromStack(stack).toJSON().Outputs.Value.Value;
}

test.each(tableVectors.filter(({ table }) => table !== null))(
  "the mirror of $operatorParameter is $table, as the contract's vectors say",
  (vector) => {
    const stack = newStack('Orders', { env: { account: '111111111111', region: 'eu-west-1' } });
    expect(mirrorArn(imported(stack, vector.operatorParameter))).toContain(`:dynamodb:eu-west-1:111111111111:table/${vector.table!}`);
  },
);

test.each(tableVectors.filter(({ table }) => table === null))('$operatorParameter, which has no mirror, is not taken', ({ operatorParameter }) => {
  expect(() => imported(newStack(), operatorParameter)).toThrow('operatorParameterName must be');
});

test('a name with levels that only the deployment knows is taken apart at synth', () => {
  const stack = newStack();
  const [platform, night] = ['Platform', 'Night'].map((id) => new CfnParameter(stack, id).valueAsString);
  expect(windowNamesIn(`/cdk-patient-lambda/windows/${platform}/${night}/operator`)).toEqual({ stackName: platform, windowName: night });
});

test('a name that only the deployment knows as a whole is taken apart there', () => {
  const stack = newStack();
  const { stackName, windowName } = windowNamesIn(new CfnParameter(stack, 'Name').valueAsString);
  const level = (index: number) => ({ 'Fn::Select': [index, { 'Fn::Split': ['/', { Ref: 'Name' }] }] });
  expect(rendered(stack, `${stackName}+${windowName}`)).toEqual({ 'Fn::Join': ['', [level(3), '+', level(4)]] });
  // As CloudFormation selects
  const levels = '/cdk-patient-lambda/windows/Platform/night/operator'.split('/');
  expect([levels[3], levels[4]]).toEqual(['Platform', 'night']);
});

test('so is one of which only the deployment knows how many levels a part is', () => {
  const stack = newStack();
  const two = new CfnParameter(stack, 'Two').valueAsString;
  const { stackName } = windowNamesIn(`/cdk-patient-lambda/windows/${two}/operator`);
  expect(rendered(stack, stackName)).toEqual({
    'Fn::Select': [3, { 'Fn::Split': ['/', { 'Fn::Join': ['', ['/cdk-patient-lambda/windows/', { Ref: 'Two' }, '/operator']] }] }],
  });
});
