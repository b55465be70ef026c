import { tableVectors } from '../../../../lambda/contract/maintenance-window/mirror.json';
import { mirrorTableOf, operatorParameterOf, plannedParameterOf, windowOf } from '../../../../lambda/maintenance-window/mirror/parameter-names';

test.each(tableVectors)('$operatorParameter has its item in $table', ({ operatorParameter, table }) => {
  expect(mirrorTableOf(operatorParameter) ?? null).toBe(table);
});

test('the planned parameter has no item of its own', () => {
  expect(mirrorTableOf('/cdk-patient-lambda/windows/s/w/planned')).toBeUndefined();
});

test('a window is known by both of its parameters', () => {
  const window = { stack: 'orders-prod', window: 'Database' };
  expect(windowOf(operatorParameterOf(window))).toEqual(window);
  expect(windowOf(plannedParameterOf(window))).toEqual(window);
});

test.each(['/cdk-patient-lambda/windows/s/w/other', '/cdk-patient-lambda/windows//w/operator', '/cdk-patient-lambda/windows/s/w', 'x'])(
  '%s is the parameter of no window',
  (name) => {
    expect(windowOf(name)).toBeUndefined();
  },
);
