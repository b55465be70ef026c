import { refusal, responseUrl } from '../../../lambda/cloudformation/response-url';
import { urlVectors } from '../../../lambda/contract/cloudformation/answer.json';

test.each(urlVectors)('$url with $environment', ({ url, environment, allowed }) => {
  expect(responseUrl(url, environment as Record<string, string>)?.href).toBe(allowed ? url : undefined);
});

test.each([
  ['http://example.com/x?X-Amz-Signature=5e17ed', 'the ResponseURL is not an https URL: http://example.com'],
  ['http://user:5e17ed@example.com:81/x', 'the ResponseURL is not an https URL: http://example.com:81'],
  ['5e17ed', 'the ResponseURL is not an https URL: it is not a URL at all'],
])('a refusal of %s names no secret', (url, message) => {
  expect(refusal(url)).toBe(message);
});
