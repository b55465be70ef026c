import contract from '../../../lambda/contract/names.json';
import { HandlerLoading, OnUnknownClient, OnWindowUnknown, WindowSource } from '../../../src';
import { NAMES } from '../../../src/private/contract.generated';
import { deployed, guarded, newStack, resources } from './app';

test('logical ids are what deployed stacks have: another one would replace their tables and windows', () => {
  const stack = newStack();
  guarded(stack, 'Fn');
  expect(Object.keys(resources(stack)).sort()).toEqual([
    'CdkPatientLambdaLayer98DE58B9',
    'CdkPatientLambdaPlannerFunctionBD1763E6',
    'CdkPatientLambdaPlannerLogs3D94B020',
    'CdkPatientLambdaPlannerMirrorE67B9239',
    'CdkPatientLambdaPlannerMirroring7D0C8E08',
    'CdkPatientLambdaPlannerMirroringAllowEventRuleOrdersCdkPatientLambdaPlannerFunctionD06630C5BEB671CA',
    'CdkPatientLambdaPlannerRoleBF55C2B3',
    'CdkPatientLambdaStoreReplayerFunction4D5FC452',
    'CdkPatientLambdaStoreReplayerLogs58516E16',
    'CdkPatientLambdaStoreReplayerRole6237E5E0',
    'CdkPatientLambdaStoreReplayerSweep853F5201',
    'CdkPatientLambdaStoreReplayerSweepAllowEventRuleOrdersCdkPatientLambdaStoreReplayerFunction31D8E0BACA8F5CD3',
    'CdkPatientLambdaStoreTableFC0A1C44',
    'CdkPatientLambdaWindow3DF719E1',
    'Fn9270CBC0',
    'FnServiceRoleB9001A96',
    'FnServiceRoleDefaultPolicyC6A839BF',
  ]);
});

test('keys and names that rows and parameters have', () => {
  const fn = guarded(newStack(), 'Fn');
  expect({
    key: fn.functionKey,
    store: fn.deferredEvents.storeId,
    parameter: deployed(fn.stack, fn.maintenanceWindow.operatorParameterName),
  }).toEqual({
    key: 'Orders/Fn35d4dcc4',
    parameter: '/cdk-patient-lambda/windows/Orders/CdkPatientLambdaWindow6e06e87f/operator',
    store: 'Orders/CdkPatientLambdaStore4f809898',
  });
});

test("choices are the contract's", () => {
  expect(Object.values(OnWindowUnknown)).toEqual(contract.onWindowUnknown);
  expect(Object.values(OnUnknownClient)).toEqual(contract.onUnknownClient);
  expect(Object.values(WindowSource)).toEqual(contract.windowSource);
  expect(Object.values(HandlerLoading)).toEqual(contract.handlerLoading);
});

test('synth uses the contract as it is', () => {
  const { $comment, ...names } = contract;
  expect(NAMES).toEqual(names);
});
