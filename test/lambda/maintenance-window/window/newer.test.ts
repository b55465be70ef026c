import { newerVectors } from '../../../../lambda/contract/maintenance-window/mirror.json';
import { isNewer } from '../../../../lambda/maintenance-window/window/newer';

const written = ({ modified, version }: { readonly modified: string; readonly version: number }) => ({ modified: Date.parse(modified), version });

test.each(newerVectors)('the newer of two writes: $name', ({ a, b, aIsNewer }) => {
  expect(isNewer(written(a), written(b))).toBe(aIsNewer);
});
