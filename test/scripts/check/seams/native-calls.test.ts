import { type Call, judge } from '../../../../scripts/check/seams/native-calls';

const NEXT: Call = { name: 'next', types: [] };
const DONE: Call = { name: 'done', types: ['string', 'string'] };
const ERROR: Call = { name: 'error', types: ['string', 'string', 'string'] };

test('what the gate wraps was called as it knows it: good', () => {
  expect(judge([NEXT, DONE, NEXT, ERROR])).toEqual({
    good: 'the gate was attached, held an event and saw next(), done(string, string), error(string, string, string)',
  });
});

test('arguments after those that are known go through, and are shown', () => {
  expect(judge([NEXT, { ...DONE, types: [...DONE.types, 'string'] }, ERROR])).toEqual({
    good: 'the gate was attached, held an event and saw next(), done(string, string, string), error(string, string, string)',
  });
});

test.each([NEXT, DONE, ERROR])('what was never called went another way: $name', (missing) => {
  const calls = [NEXT, DONE, ERROR].filter((call) => call !== missing);
  expect(judge(calls)).toEqual({ moved: expect.stringContaining(`the native part's ${missing.name} was never called, expected`) as string });
});

test.each([
  [DONE, ['string', 'object'], 'done(string, object) was called, expected done(string, string)'],
  [ERROR, ['string', 'string'], 'error(string, string) was called, expected error(string, string, string)'],
])('arguments of another kind, or one fewer, have moved: %j', ({ name }, types, message) => {
  const calls = [NEXT, DONE, ERROR].map((call) => (call.name === name ? { name, types } : call));
  expect(judge(calls)).toEqual({ moved: `the native part's ${message}` });
});
