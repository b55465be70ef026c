import { sideBySide } from '../../scripts/side-by-side';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('results are in the order of the items, whichever ends first', async () => {
  const results = await sideBySide([3, 1, 2], async (turns) => {
    for (let n = 0; n < turns; n++) {
      await turn();
    }
    return turns * 10;
  });
  expect(results).toEqual([30, 10, 20]);
});

test('no more are at work than may be, and each is done once', async () => {
  let working = 0;
  let most = 0;
  const done: number[] = [];
  await sideBySide(
    [1, 2, 3, 4, 5],
    async (item) => {
      most = Math.max(most, ++working);
      await turn();
      working--;
      done.push(item);
    },
    2,
  );
  expect(most).toBe(2);
  expect(done.sort()).toEqual([1, 2, 3, 4, 5]);
});

test('nothing to do is done at once', async () => {
  expect(await sideBySide([], () => Promise.reject(new Error('called')))).toEqual([]);
});
