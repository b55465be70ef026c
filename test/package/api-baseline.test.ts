/** The public API is held to its baseline by jsii-diff: what users compile against does not go unnoticed. */
import { readFileSync } from 'node:fs';

import { BASELINE, broken, withoutProse } from '../../scripts/check/api';

const baseline = readFileSync(BASELINE, 'utf8');

/** The baseline with one of its types changed. */
function changed(name: string, change: (type: { properties: { name: string }[]; methods: { name: string }[] }) => void): string {
  const assembly = JSON.parse(baseline);
  change(assembly.types[`cdk-patient-lambda.${name}`]);
  return JSON.stringify(assembly);
}

test('an API that is what it was breaks nothing', async () => {
  expect(await broken(baseline, baseline)).toBe('');
});

test('a property that is gone is named', async () => {
  const without = changed('MaintenanceWindowGuard', (type) => {
    type.properties = type.properties.filter(({ name }) => name !== 'functionKey');
  });
  expect(await broken(baseline, without)).toContain('MaintenanceWindowGuard.functionKey: has been removed');
});

test('a method that is gone is named', async () => {
  const without = changed('MaintenanceWindow', (type) => {
    type.methods = type.methods.filter(({ name }) => name !== 'grantOperate');
  });
  expect(await broken(baseline, without)).toContain('MaintenanceWindow.grantOperate: has been removed');
});

test('holds nothing that changes with the words of a docstring', () => {
  const assembly = { docs: { summary: 'old', stability: 'experimental' }, readme: { markdown: 'x' }, name: 'n' };
  expect(JSON.parse(withoutProse(JSON.stringify(assembly)))).toEqual({ docs: { stability: 'experimental' }, name: 'n' });
});
