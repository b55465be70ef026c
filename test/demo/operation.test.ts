import { judgeOperation } from '../../demo/operation';
import { operation } from './sample';

const EXECUTION_SECONDS = 15;

test('one answer, a SUCCESS, after more time than an execution may take, holds', () => {
  expect(judgeOperation(operation(), EXECUTION_SECONDS, [])).toEqual({
    line: 'custom resource: created in 50 s over 5 executions of at most 15 s, answered once',
    complaints: [],
  });
});

test('an operation that nobody answered does not hold', () => {
  expect(judgeOperation(operation({ answers: [] }), EXECUTION_SECONDS, [])).toEqual({
    line: 'custom resource: not created in 50 s over 5 executions of at most 15 s, answered never',
    complaints: ['custom resource: answered never: CloudFormation still waits'],
  });
});

test('an operation that was answered FAILED does not hold, and tells why', () => {
  const { line, complaints } = judgeOperation(
    operation({ answers: [{ at: 1_048_000, status: 'FAILED', reason: 'no such backup' }] }),
    EXECUTION_SECONDS,
    [],
  );

  expect(line).toBe('custom resource: FAILED in 48 s over 5 executions of at most 15 s, answered once');
  expect(complaints).toEqual(['custom resource: answered FAILED: no such backup']);
});

test.each([
  [2, 'twice'],
  [3, '3 times'],
])('an operation that was answered %d times does not hold, whatever the answers', (count, text) => {
  const answers = Array.from({ length: count }, (_, n) => ({ at: 1_050_000 + n, status: 'SUCCESS' }));
  const { line, complaints } = judgeOperation(operation({ answers }), EXECUTION_SECONDS, []);

  expect(line).toMatch(new RegExp(`answered ${text}$`));
  expect(complaints).toEqual([expect.stringContaining(`answered ${text}: SUCCESS, SUCCESS`)]);
});

test("an operation that takes less than three executions' time shows nothing", () => {
  expect(judgeOperation(operation({ answers: [{ at: 1_044_000, status: 'SUCCESS' }] }), EXECUTION_SECONDS, []).complaints).toHaveLength(1);
  expect(judgeOperation(operation({ answers: [{ at: 1_045_000, status: 'SUCCESS' }] }), EXECUTION_SECONDS, []).complaints).toEqual([]);
});

test('what was made has to be right', () => {
  expect(judgeOperation(operation(), EXECUTION_SECONDS, ['3 of 260 items are not as in the backup']).complaints).toEqual([
    'custom resource: 3 of 260 items are not as in the backup',
  ]);
});

test('an operation whose execution still runs counts as long as was heard of it', () => {
  const hops = [{ startedAt: 1_000_050, endedAt: 1_010_000 }, { startedAt: 1_010_050 }];

  expect(judgeOperation(operation({ hops, answers: [] }), EXECUTION_SECONDS, []).line).toContain('not created in 10 s over 2 executions');
});
