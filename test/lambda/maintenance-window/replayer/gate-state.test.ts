import { layer } from '../../../../lambda/contract/names.json';
import { gateState } from '../../../../lambda/maintenance-window/replayer/gate-state';

const variables = {
  AWS_LAMBDA_EXEC_WRAPPER: layer.wrapper,
  PATIENT_LAMBDA_FUNCTION_KEY: 'orders',
  PATIENT_LAMBDA_OPERATOR_PARAMETER: '/o',
  PATIENT_LAMBDA_PLANNED_PARAMETER: '/p',
  PATIENT_LAMBDA_CACHE_TTL: '10',
  PATIENT_LAMBDA_LEAD_TIME: '60',
};

test('a function with the gate says where its window stands', () => {
  expect(gateState(variables, 'orders')).toEqual({ kind: 'there', window: { operator: '/o', planned: '/p', cacheTtl: 10_000, leadTime: 60_000 } });
});

test("a function has the gate's defaults", () => {
  const { PATIENT_LAMBDA_PLANNED_PARAMETER: _p, PATIENT_LAMBDA_CACHE_TTL: _c, PATIENT_LAMBDA_LEAD_TIME: _l, ...least } = variables;
  expect(gateState(least, 'orders')).toEqual({ kind: 'there', window: { operator: '/o', planned: undefined, cacheTtl: 30_000, leadTime: 0 } });
});

test('what is the matter with the gate of a function that guards other events does not count', () => {
  expect(gateState({ ...variables, PATIENT_LAMBDA_DISABLED: 'true' }, 'bills')).toMatchObject({ kind: 'other' });
});

test.each([
  ['missing', 'AWS_LAMBDA_EXEC_WRAPPER', undefined, 'lacks the gate: AWS_LAMBDA_EXEC_WRAPPER is not set'],
  ['missing', 'AWS_LAMBDA_EXEC_WRAPPER', '/opt/other', "lacks the gate: AWS_LAMBDA_EXEC_WRAPPER is '/opt/other'"],
  ['other', 'PATIENT_LAMBDA_FUNCTION_KEY', 'bills', "guards other events: PATIENT_LAMBDA_FUNCTION_KEY is 'bills', not 'orders'"],
  ['missing', 'PATIENT_LAMBDA_DISABLED', 'true', "runs without its gate: PATIENT_LAMBDA_DISABLED is 'true'; remove the variable"],
  ['missing', 'PATIENT_LAMBDA_OPERATOR_PARAMETER', '', 'lacks the gate: PATIENT_LAMBDA_OPERATOR_PARAMETER is not set'],
])('a gate is %s where %s is %j', (kind, name, value, reason) => {
  const { [name]: _, ...others } = variables as Record<string, string>;
  expect(gateState(value === undefined ? others : { ...others, [name]: value }, 'orders')).toEqual({
    kind,
    reason: expect.stringContaining(reason),
  });
});
