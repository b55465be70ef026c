import { Timeline } from '../../../bench/fleet/timeline';

const at = (...times: number[]) => {
  const timeline = new Timeline(1000);
  times.forEach((time) => timeline.add(time));
  return timeline;
};

test('what happened from a moment on, and before another', () => {
  const timeline = at(1000, 1500, 2000, 2500);
  expect([timeline.between(1000), timeline.between(1500), timeline.between(1500, 2500), timeline.between(2600)]).toEqual([4, 3, 2, 0]);
  expect(timeline.lastAt).toBe(2500);
});

test('the most within a second, wherever that begins', () => {
  expect(at(1900, 1950, 2100, 2800, 2900, 5000).peak(1000)).toBe(4);
  expect(at(1900, 1950, 2100, 2800, 2900, 5000).peak(2500)).toBe(2);
});

test('nothing at all', () => {
  expect([at().between(0), at().peak(0), at().lastAt]).toEqual([0, 0, undefined]);
});
