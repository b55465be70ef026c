import { samplesLine } from '../../../scripts/check/samples';

test('the line says how many samples of how many are of no known source', () => {
  const [, direct, all] = /^direct: (\d+) of (\d+)$/.exec(samplesLine())!.map(Number);
  expect(direct).toBeGreaterThan(0);
  expect(all).toBeGreaterThan(800);
  expect(direct / all).toBeLessThan(0.15);
});
