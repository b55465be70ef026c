/** What synth accepts the gate accepts too, and the other way round: each has its own check, for src/ can import nothing of lambda/. */
import fc from 'fast-check';

import { parseAlwaysRun, parseRejection } from '../../../../lambda/maintenance-window/gate/nodejs/quiet/http-options';
import type { Rejection } from '../../../../src';
import { alwaysRunVariable, rejectionVariable } from '../../../../src/maintenance-window/parts/http-options';
import { newStack } from '../app';

const stack = newStack();
const isRefused = (make: () => unknown) => {
  try {
    make();
    return false;
  } catch {
    return true;
  }
};

const piece = fc.oneof(fc.constantFrom('A', 'a', 'X-B', 'GET', 'get', '*', ' ', '/', '/a', '\n', '\x7f', 'é', ''), fc.string({ maxLength: 2 }));
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));
const rejection: fc.Arbitrary<Rejection> = fc.record(
  {
    statusCode: fc.oneof(fc.integer({ min: 398, max: 602 }), fc.constant(450.5)),
    headers: fc.dictionary(text, text, { maxKeys: 3 }),
    body: fc.oneof(
      text,
      fc.constantFrom(2000, 2040, 1030).map((length) => 'é'.repeat(length / 2)),
    ),
  },
  { requiredKeys: [] },
);
const pattern = fc.oneof(
  text,
  fc.tuple(fc.constantFrom('*', 'GET', 'get', ''), fc.constantFrom(' ', '  ', ''), text).map((parts) => parts.join('')),
);

test('a rejection that synth refuses is one that the gate refuses', () => {
  fc.assert(
    fc.property(rejection, (value) => {
      expect(isRefused(() => rejectionVariable(stack, value))).toBe(parseRejection(JSON.stringify(value)) === undefined);
    }),
    { numRuns: 1000 },
  );
});

test('patterns that synth refuses are those that the gate refuses', () => {
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), (value) => {
      expect(isRefused(() => alwaysRunVariable(stack, value))).toBe(parseAlwaysRun(JSON.stringify(value)) === undefined);
    }),
    { numRuns: 1000 },
  );
});
