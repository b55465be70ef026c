import { printable, unprintableIn } from '../../../lambda/cloudformation/printable';
import { printableVectors } from '../../../lambda/contract/cloudformation/answer.json';

test.each(printableVectors)('what CloudFormation can show: $text', ({ text, shown }) => {
  expect(printable(text)).toBe(shown);
  expect(printable(shown)).toBe(shown);
  expect(unprintableIn({ a: [1, text] }, 'data')).toBe(text === shown ? undefined : 'data.a[1]');
});

test("a name that can't be shown is found too, and shown as it can be", () => {
  expect(unprintableIn({ 'a\u0000': 1 }, 'data')).toBe('data.a\ufffd');
});
