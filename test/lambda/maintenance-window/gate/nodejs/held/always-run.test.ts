import { alwaysRunVectors } from '../../../../../../lambda/contract/maintenance-window/sources.vectors.json';
import { alwaysRuns } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/always-run';
import { detect } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/sources';

test.each(alwaysRunVectors)('a request that always runs: $name', ({ alwaysRun, event, runs }) => {
  expect(alwaysRuns(alwaysRun, detect(event), event)).toBe(runs);
});
