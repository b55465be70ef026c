import { readVectors } from '../../../../../../lambda/contract/maintenance-window/mirror.json';
import { readItem } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/mirror';
import { parseOperator, parsePlanned } from '../../../../../../lambda/maintenance-window/window/value';

test.each(readVectors)('an item: $name', ({ item, planned, read, failure }) => {
  const reading = () => readItem((item ?? undefined) as never, planned);
  if (!read) {
    expect(reading).toThrow(failure);
    return;
  }
  expect(reading()).toEqual({
    operator: parseOperator(read.operator),
    version: read.version,
    lastModified: Date.parse(read.lastModified),
    planned: read.planned === null ? null : parsePlanned(read.planned),
    checkedAt: Date.parse(read.checkedAt),
  });
});
