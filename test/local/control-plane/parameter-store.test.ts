/** Parameter Store refuses what AWS's does. */
import { GetParameterCommand, GetParametersCommand, PutParameterCommand, type PutParameterCommandInput, SSMClient } from '@aws-sdk/client-ssm';

import { Harness } from './harness';

let bed: Harness;
let ssm: SSMClient;

beforeAll(async () => {
  bed = await Harness.open();
  ssm = new SSMClient(bed.clientConfig);
}, 300_000);
afterAll(() => bed?.close());

const put = (input: Partial<PutParameterCommandInput>) =>
  ssm.send(new PutParameterCommand({ Name: '/p', Value: 'v', Type: 'String', Overwrite: true, ...input }));

it.each([
  ['an empty value', { Value: '' }, 'ValidationException'],
  ['more than 4096 characters', { Value: 'x'.repeat(4097) }, 'ValidationException'],
  ['more than 8192 characters in the advanced tier', { Value: 'x'.repeat(8193), Tier: 'Advanced' as const }, 'ValidationException'],
  ['a value beside its pattern', { Value: 'maybe', AllowedPattern: '^(on|off)$' }, 'ParameterPatternMismatchException'],
  ['a pattern that is none', { AllowedPattern: '(' }, 'InvalidAllowedPatternException'],
])('refuses %s', async (_what, input, name) => {
  await expect(put({ Name: '/refused', ...input })).rejects.toMatchObject({ name });
  await expect(ssm.send(new GetParameterCommand({ Name: '/refused' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

it.each([
  ['4096 characters', { Value: 'x'.repeat(4096) }],
  ['8192 in the advanced tier', { Value: 'x'.repeat(8192), Tier: 'Advanced' as const }],
  ['what fits its pattern', { Value: 'on', AllowedPattern: '^(on|off)$' }],
])('takes %s', async (what, input) => {
  await put({ Name: `/taken/${what.length}`, ...input });
});

it('holds a pattern against every later value', async () => {
  await put({ Name: '/switch', Value: 'on', AllowedPattern: '^(on|off)$' });
  await expect(put({ Name: '/switch', Value: 'maybe' })).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });
  expect((await put({ Name: '/switch', Value: 'off' })).Version).toBe(2);
  await expect(put({ Name: '/switch', Value: 'maybe' })).rejects.toMatchObject({ name: 'ParameterPatternMismatchException' });
  expect((await ssm.send(new GetParameterCommand({ Name: '/switch' }))).Parameter!.Value).toBe('off');
});

it('gives ten names at a time and no more', async () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `/many/${index}`);
  expect((await ssm.send(new GetParametersCommand({ Names: names(10) }))).InvalidParameters).toHaveLength(10);
  await expect(ssm.send(new GetParametersCommand({ Names: names(11) }))).rejects.toMatchObject({ name: 'ValidationException' });
});
