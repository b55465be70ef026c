import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environment as names } from '../../../../../../lambda/contract/names.json';
import { isChild, markProcess } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/process-mark';

const RUNTIME = { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' };
const CHILD = '/var/task/child.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'client-'));
  writeFileSync(join(folder, 'index.mjs'), '');
  writeFileSync(join(folder, 'rapid-client.node'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The mark of another process that runs: the one that started this one. */
function markOfAnother(): string {
  const environment: NodeJS.ProcessEnv = { ...RUNTIME };
  const { pid } = process;
  try {
    Object.defineProperty(process, 'pid', { value: process.ppid, configurable: true, writable: true });
    markProcess(environment);
  } finally {
    Object.defineProperty(process, 'pid', { value: pid, configurable: true, writable: true });
  }
  return environment[names.attached]!;
}

test('a process without a mark is not a child, nor is one that has marked itself', () => {
  const environment: NodeJS.ProcessEnv = { ...RUNTIME };
  expect(isChild(environment, CHILD)).toBe(false);
  markProcess(environment);
  expect(isChild(environment, CHILD)).toBe(false);
});

test('a process marked by another that runs is a child', () => {
  expect(isChild({ ...RUNTIME, [names.attached]: markOfAnother() }, CHILD)).toBe(true);
  expect(isChild({ ...RUNTIME, [names.attached]: markOfAnother() }, undefined)).toBe(true);
});

test('a process that has no Runtime API to ask is a child', () => {
  expect(isChild({}, CHILD)).toBe(true);
});

test.each([
  ['is not one', 'true'],
  ['is empty', ''],
  ['names no process that runs', '999999999:1'],
  ['names one that began at another time', `${process.ppid}:1`],
  ['has no time', `${process.ppid}`],
  ['has no time but its separator', `${process.ppid}:`],
  ['climbs out of its folder', '../1:1'],
])('a mark that %s is not believed', (_, mark) => {
  expect(isChild({ ...RUNTIME, [names.attached]: mark }, CHILD)).toBe(false);
});

test("what has the client's native part beside it is the client, whoever started it", () => {
  expect(isChild({ ...RUNTIME, [names.attached]: markOfAnother() }, join(folder, 'index.mjs'))).toBe(false);
});
