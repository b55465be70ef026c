import { bundle } from '../../../scripts/build/bundler';

test('a bundle has what the contract says, without the notes that explain it', async () => {
  const { code } = await bundle('lambda/maintenance-window/gate/nodejs/held/envelope.ts', { format: 'esm' });
  expect(code.toString()).toContain('mostSourceIds:{value:1e3}');
  expect(code.toString()).not.toContain('source:');
});

test('members by the name of a note that are data stay', async () => {
  const { code } = await bundle('lambda/maintenance-window/gate/nodejs/held/sources.ts', { format: 'esm' });
  expect(code.toString()).toContain('{path:["source"],oneOf:["aws.events","aws.scheduler"]}');
});
