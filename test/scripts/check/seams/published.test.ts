import { newerReleases } from '../../../../scripts/check/seams/published';

const KNOWN = ['2.0.4', '2.2.1', '3.1.1', '4.0.4', '4.2.2'];

test.each([
  ['nothing', [], KNOWN],
  ['a patch', ['4.2.3'], [...KNOWN, '4.2.3']],
  ['a minor of a major that is not the newest', ['3.2.0'], [...KNOWN, '3.2.0']],
  ['a minor with two digits, not an older one', ['4.10.0'], ['4.10.0', '4.1.0']],
  ['a new major', ['5.0.0', '5.0.1'], ['5.0.1', '5.0.0', ...KNOWN]],
  ['nothing of a major that no managed runtime has any more', [], ['1.9.9']],
])('newer than what is known: %s', (_, expected, published) => {
  expect(newerReleases(KNOWN, published)).toEqual(expected);
});
