import { newerVectors } from '../../../../lambda/contract/maintenance-window/mirror.json';
import { isNewer } from '../../../../lambda/maintenance-window/window/newer';

test.each(newerVectors)('$name', ({ a, b, aIsNewer }) => {
  const written = ({ modified, version }: typeof a) => ({ modified: Date.parse(modified), version });
  expect(isNewer(written(a), written(b))).toBe(aIsNewer);
});
