import { sourceNamed } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/sources';
import { isStreamed } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/streaming';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:fn';

test.each([
  ['function-url', ARN, ['$LATEST'], true],
  ['function-url', `${ARN}:$LATEST`, ['$LATEST'], true],
  ['function-url', `${ARN}:live`, ['$LATEST'], false],
  ['function-url', `${ARN}:live`, ['$LATEST', 'live'], true],
  ['function-url', `${ARN}:live2`, ['live'], false],
  ['function-url', ARN, ['live'], false],
  ['api-gateway-rest', `${ARN}:12`, ['$VERSION'], true],
  ['api-gateway-rest', ARN, ['$VERSION'], false],
  ['api-gateway-rest', `${ARN}:v12`, ['$VERSION'], false],
  ['api-gateway-http', ARN, ['$LATEST'], false],
])('%s by %s with %j: %s', (name, arn, qualifiers, expected) => {
  const source = name === 'api-gateway-http' ? 'function-url' : name;
  expect(isStreamed({ [source]: qualifiers }, sourceNamed(name), arn)).toBe(expected);
});
