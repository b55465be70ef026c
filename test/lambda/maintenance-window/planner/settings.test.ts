import { readSettings } from '../../../../lambda/maintenance-window/planner/settings';
import { STACK_ID, VARIABLES } from './deployment';

test('the settings are those of the environment', () => {
  expect(readSettings(VARIABLES)).toEqual({
    mirror: 'cdk-patient-lambda-windows-Orders',
    stack: 'Orders',
    stackId: STACK_ID,
    windows: [
      { stack: 'Orders', window: 'Window1a2b3c4d' },
      { stack: 'Orders', window: 'Renamed5e6f7a8b' },
    ],
  });
});

test('a stack may have no window any more', () => {
  expect(readSettings({ ...VARIABLES, PATIENT_LAMBDA_WINDOWS: '' }).windows).toEqual([]);
});

test.each(Object.keys(VARIABLES))('%s must be there', (name) => {
  expect(() => readSettings({ ...VARIABLES, [name]: undefined })).toThrow(`${name} is not set`);
});

test.each([
  ['PATIENT_LAMBDA_MIRROR', 'other-table', 'it must be cdk-patient-lambda-windows-<stack name>'],
  ['PATIENT_LAMBDA_MIRROR', 'cdk-patient-lambda-windows-', 'it must be cdk-patient-lambda-windows-<stack name>'],
  ['PATIENT_LAMBDA_STACK_ID', 'Orders', "it must be a stack's id, an ARN"],
  ['PATIENT_LAMBDA_STACK_ID', `arn:${'x'.repeat(256)}`, 'at most 256 characters'],
  ['PATIENT_LAMBDA_WINDOWS', 'A,,B', "and '' is not"],
  ['PATIENT_LAMBDA_WINDOWS', 'A, B', "and ' B' is not"],
  ['PATIENT_LAMBDA_WINDOWS', 'A/b', "and 'A/b' is not"],
  ['PATIENT_LAMBDA_WINDOWS', 'A,B,A', "and 'A' is not"],
])('%s is refused by name as %s', (name, value, wanted) => {
  expect(() => readSettings({ ...VARIABLES, [name]: value })).toThrow(`${name} is '${value}'`);
  expect(() => readSettings({ ...VARIABLES, [name]: value })).toThrow(wanted);
});
