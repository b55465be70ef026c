/**
 * Both gates are asked the same random questions and must say the same: what the vectors' author did not think of.
 *
 * `TWINS_SEED` asks again what a failure's seed asked, `TWINS_COUNT` asks more.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { childEnvironment } from '../../../scripts/environment';
import { answer } from './nodejs';
import { type Question, questions } from './questions';

const SEED = Number(process.env.TWINS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ASKED = questions(Number(process.env.TWINS_COUNT ?? 3000), SEED);

function answersInPython(): unknown[] {
  const { stdout, stderr, status } = spawnSync('python3', [join(__dirname, 'answers.py')], {
    input: ASKED.map((question) => `${JSON.stringify(question)}\n`).join(''),
    env: childEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) {
    throw new Error(`the Python gate's answers ended with ${String(status)} (seed ${SEED}): ${stderr}`);
  }
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

const python = answersInPython();

test.each([...new Set(ASKED.map(({ kind }) => kind))])('both gates say the same of random questions: %s', (kind) => {
  const mine = ASKED.flatMap((question: Question, index) => (question.kind === kind ? [{ seed: SEED, question, said: python[index] }] : []));
  expect(mine.length).toBeGreaterThan(10);
  for (const { seed, question, said } of mine) {
    expect({ seed, question, said }).toEqual({ seed, question, said: answer(question) });
  }
});
