import { tokenVectors } from '../../../../../../lambda/contract/cloudformation/answer.json';
import { kinds, kindVectors } from '../../../../../../lambda/contract/cloudformation/requests.json';
import { isAnsweredElsewhere, kindOf } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/cloudformation-request';

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:f:live';
const REQUEST = { ResponseURL: 'https://a.b/c', StackId: 's' };

const properties = (token: string | null) => (token === null ? {} : { ServiceToken: token });

test.each(kindVectors)('$name is $kind', ({ members, token, kind }) => {
  expect(kindOf({ ...REQUEST, ...members, ResourceProperties: properties(token) }, FUNCTION)).toBe(kind);
});

test('every kind has a vector', () => {
  expect(new Set(kindVectors.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
});

test.each(tokenVectors)('who answers a request to $token in $function', ({ token, function: own, elsewhere }) => {
  expect(isAnsweredElsewhere({ ...REQUEST, ResourceProperties: properties(token) }, own)).toBe(elsewhere);
});
