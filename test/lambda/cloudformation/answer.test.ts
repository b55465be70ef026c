import { type Answer, render, shortened, shortReason, tooLong } from '../../../lambda/cloudformation/answer';
import { cutVectors, printableVectors, reasonVectors, responseBytes } from '../../../lambda/contract/cloudformation/answer.json';
import { request } from '../custom-resource/runtime/nodejs/requests';

test.each(cutVectors)('$text in $mostBytes bytes', ({ text, mostBytes, cut }) => {
  expect(shortened(text, (shown) => Buffer.byteLength(shown) <= mostBytes)).toBe(cut);
});

test.each(reasonVectors)('a reason that is too long keeps its begin and its end: $name', ({ unit, count }) => {
  const answer: Answer = { status: 'FAILED', physicalResourceId: 'own-1', reason: `begin ${unit.repeat(count)} end` };
  const body = render(request('Create'), answer);
  const { Reason } = JSON.parse(body.toString()) as { Reason: string };
  expect(body.length).toBeLessThanOrEqual(responseBytes.most);
  expect(body.length).toBeGreaterThan(responseBytes.most - 10);
  expect(Reason).toMatch(/^begin .* \.\.\. .* end$/u);
  expect(Reason).not.toMatch(/\p{Cs}/u);
});

test.each(printableVectors)('a reason holds what CloudFormation can show: $text', ({ text, shown }) => {
  const answer: Answer = { status: 'FAILED', physicalResourceId: 'own-1', reason: text };
  expect(JSON.parse(render(request('Create'), answer).toString())).toMatchObject({ Reason: shown });
});

test('a reason of 4096 bytes in all stays whole, one byte more is cut', () => {
  const reason = (length: number) => ({ status: 'FAILED', physicalResourceId: 'own-1', reason: 'x'.repeat(length) }) as const;
  const room = responseBytes.most - render(request('Create'), reason(0)).length;
  expect(render(request('Create'), reason(room))).toHaveLength(responseBytes.most);
  expect(render(request('Create'), reason(room)).toString()).not.toContain(' ... ');
  expect(render(request('Create'), reason(room + 1)).toString()).toContain(' ... ');
});

test('a reason for a log is no longer than an answer may be', () => {
  expect(shortReason(`begin ${'x'.repeat(9000)} end`)).toHaveLength(responseBytes.most);
  expect(shortReason('short')).toBe('short');
});

test('data is not cut: what is too long is said', () => {
  const answer = (length: number): Answer => ({ status: 'SUCCESS', physicalResourceId: 'own-1', data: { Text: 'x'.repeat(length) } });
  expect(tooLong(request('Create'), answer(10))).toBeUndefined();
  expect(tooLong(request('Create'), answer(5000))).toMatch(/has \d+ bytes, CloudFormation takes 4096: return less data$/);
});
