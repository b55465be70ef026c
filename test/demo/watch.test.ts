import { unfinished } from '../../demo/watch';

test('what waits, is claimed, runs or is being written still has to run', () => {
  const deferred = new Map([
    ['WRITING', 1],
    ['PENDING', 2],
    ['CLAIMED', 3],
    ['RUNNING', 4],
    ['DONE', 50],
    ['QUARANTINED', 60],
    ['DISCARDED', 70],
  ]);

  expect(unfinished({ executions: [], deferred })).toBe(10);
});
