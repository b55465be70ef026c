import { CfnResource, Lazy } from 'aws-cdk-lib';

import { isDeleted, rawOverride, withTexts } from '../../../src/private/declared';
import { newStack } from '../maintenance-window/app';

const resource = () => new CfnResource(newStack(), 'Any', { type: 'Custom::Any', properties: { A: { B: 1 } } });

test('a property that nothing overrides has no override, and is not deleted', () => {
  const untouched = resource();
  expect(rawOverride(untouched, 'A.B')).toBeUndefined();
  expect(isDeleted(untouched, 'A.B')).toBe(false);
});

test.each<[string, (any: CfnResource) => void]>([
  ['as a property', (any) => any.addPropertyOverride('A.B', 2)],
  ['from the top', (any) => any.addOverride('Properties.A.B', 2)],
  ['with what it is in', (any) => any.addPropertyOverride('A', { B: 2 })],
])('an override %s is found', (_, override) => {
  const any = resource();
  override(any);
  expect(rawOverride(any, 'A.B')).toBe(2);
  expect(isDeleted(any, 'A.B')).toBe(false);
});

test.each<[string, (any: CfnResource) => void]>([
  ['as a property', (any) => any.addPropertyDeletionOverride('A.B')],
  ['with what it is in', (any) => any.addPropertyDeletionOverride('A')],
  ['with a null', (any) => any.addPropertyOverride('A.B', null)],
])('a deletion %s is found', (_, remove) => {
  const any = resource();
  remove(any);
  expect(isDeleted(any, 'A.B')).toBe(true);
});

test('lazy members are produced, and texts stay the tokens that they are', () => {
  const produce = jest.fn(() => 'late');
  const text = Lazy.string({ produce });
  const value = withTexts(Lazy.any({ produce: () => ({ a: text, b: `before ${text} after`, c: [text], d: 1 }) }), newStack());
  expect(value).toEqual({ a: text, b: `before ${text} after`, c: [text], d: 1 });
  expect(produce).not.toHaveBeenCalled();
});
