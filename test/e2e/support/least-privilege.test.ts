/** The judge of least privilege itself: what it lets pass and what it names. */
import type { Bed } from '../../../local/bed';
import { notAllowed, type Statement } from './least-privilege';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';

const bedThatSaw = ({ action, resources, leadingKeys = [] }: { action: string; resources: string[]; leadingKeys?: string[] }) =>
  ({ requests: () => [{ functionName: 'fn', leadingKeys, permissions: resources.map((resource) => ({ action, resource })) }] }) as unknown as Bed;

it('each of several resources must be allowed, by whichever statement', () => {
  const bed = bedThatSaw({ action: 'ssm:GetParameters', resources: ['p/one', 'p/two', 'p/three'] });
  const allow = (...Resource: string[]): Statement => ({ Effect: 'Allow', Action: 'ssm:GetParameters', Resource });
  expect(notAllowed(bed, 'fn', [allow('p/one'), allow('p/t*')])).toEqual([]);
  expect(notAllowed(bed, 'fn', [allow('p/one', 'p/three')])).toEqual(['ssm:GetParameters p/two']);
});

it.each([
  ['ForAllValues:StringEquals', '/w/a', ['/w/a'], true],
  ['ForAllValues:StringEquals', '/w/a', ['/w/b'], false],
  ['ForAllValues:StringEquals', '/w/*', ['/w/a'], false],
  ['ForAllValues:StringEquals', '/w/a', ['/w/a', '/w/b'], false],
  ['ForAllValues:StringLike', 'fn#*', ['fn#1', 'fn#2'], true],
  ['ForAllValues:StringLike', 'fn#*', ['fn#1', 'other#2'], false],
  ['ForAllValues:StringLike', 'fn#*', [], true],
])('%s of %s allows the leading keys %j: %s', (operator, pattern, leadingKeys, allowed) => {
  const bed = bedThatSaw({ action: 'dynamodb:GetItem', resources: [TABLE], leadingKeys });
  const statement: Statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem'],
    Resource: TABLE,
    Condition: { [operator]: { 'dynamodb:LeadingKeys': [pattern] } },
  };
  expect(notAllowed(bed, 'fn', [statement])).toEqual(allowed ? [] : [`dynamodb:GetItem ${TABLE}`]);
});
