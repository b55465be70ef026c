import { holds } from '../../../../bench/fleet/services/condition';

const MISSING = { ConditionExpression: 'attribute_not_exists(#name)', ExpressionAttributeNames: { '#name': 'pk' } };
const SAME = {
  ConditionExpression: '#revision = :revision',
  ExpressionAttributeNames: { '#revision': 'revision' },
  ExpressionAttributeValues: { ':revision': { N: '3' } },
};

test('none holds always', () => {
  expect(holds({}, undefined)).toBe(true);
});

test('that there is no item', () => {
  expect([holds(MISSING, undefined), holds(MISSING, { pk: { S: 'w' } })]).toEqual([true, false]);
});

test('that the item is as it was read', () => {
  const revisions: (Record<string, { N: string }> | undefined)[] = [{ revision: { N: '3' } }, { revision: { N: '4' } }, {}, undefined];
  expect(revisions.map((there) => holds(SAME, there))).toEqual([true, false, false, false]);
});

test('one of another kind is refused by name, for it would be simulated wrongly', () => {
  expect(() => holds({ ConditionExpression: 'a < :b' }, {})).toThrow("the simulated table knows no condition 'a < :b'");
});
