import { memberOf, shownError } from '../../lambda/thrown';

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
  },
);

test.each<[string, unknown, string]>([
  ['an error', new RangeError('too far'), 'RangeError: too far'],
  ['its cause', new Error('restore', { cause: new Error('disk') }), 'Error: restore (Error: disk)'],
  ['an error without a message', new TypeError(), 'TypeError'],
  ['an error of another realm', { name: 'Foreign', message: 'm', stack: 's' }, 'Foreign: m'],
  ['a frozen error', Object.freeze(new Error('ice')), 'Error: ice'],
  ['a text', 'out of order', 'out of order'],
  ['an error without words', new Error(''), 'Error'],
  ['a text without words', '', '""'],
  ['nothing', undefined, 'undefined'],
  ['an object', { code: 7 }, '{"code":7}'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ["what JSON can't hold", { n: 5n }, "an error that can't be shown"],
  [
    'a message that throws',
    {
      get message() {
        throw new Error('no');
      },
    },
    "an error that can't be shown",
  ],
  ['what throws at every touch', hostile, "an error that can't be shown"],
])('shows %s', (_, error, shown) => {
  expect(shownError(error)).toBe(shown);
});

test('causes that go round in a circle end', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(shownError(error)).toBe('Error: a (Error: b (Error: a (Error: b (Error: a (Error: b)))))');
  const all = new AggregateError([], 'all');
  all.errors = Array<Error>(1000).fill(all);
  expect(shownError(all).length).toBeLessThan(50_000);
});

test('of many causes the first are shown', () => {
  expect(shownError(new AggregateError(['a', 'b', 'c', 'd', 'e'], 'all'))).toBe('AggregateError: all (a; b; c; d)');
});

test.each<[string, unknown, unknown]>([
  ['of an object', { name: 'x' }, 'x'],
  ['of nothing', null, undefined],
  ['of a text', 'x', undefined],
  ['that throws', hostile, undefined],
])('a member %s', (_, thrown, member) => {
  expect(memberOf(thrown, 'name')).toBe(member);
});
