/** JUnit files: the one form in which every group of tests says what it did. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { XMLBuilder, XMLParser } from 'fast-xml-parser';

export type Outcome = 'passed' | 'failed' | 'skipped';

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly outcome: Outcome;
  /** Why it failed or was skipped. */
  readonly message?: string;
}

const ATTRIBUTE = '@';
const TEXT = '#text';

type Node = Record<string, unknown>;

/** The cases of a report; none when the file is empty, an error when it is not a JUnit file. */
export function readReport(path: string): TestCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE,
    textNodeName: TEXT,
    parseAttributeValue: false,
    parseTagValue: false,
    isArray: (name) => ['testsuite', 'testcase'].includes(name),
  });
  const document = parser.parse(readFileSync(path, 'utf8'), true) as Node;
  if (!('testsuites' in document) && !('testsuite' in document)) {
    throw new Error(`${path} is not a JUnit file: it has neither <testsuites> nor <testsuite>`);
  }
  return [...cases(document.testsuites ?? {}), ...list(document.testsuite).flatMap(cases)];
}

function cases(suite: unknown): TestCase[] {
  if (typeof suite !== 'object' || suite === null) {
    return [];
  }
  const { testsuite, testcase } = suite as Node;
  return [...list(testsuite).flatMap(cases), ...list(testcase).map((node) => testCase(node as Node, suite as Node))];
}

function testCase(node: Node, suite: Node): TestCase {
  const failure = node.failure ?? node.error;
  const skip = node.skipped;
  return {
    suite: text(node[`${ATTRIBUTE}classname`] ?? suite[`${ATTRIBUTE}name`]),
    name: text(node[`${ATTRIBUTE}name`]),
    seconds: Number(node[`${ATTRIBUTE}time`] ?? 0) || 0,
    outcome: failure !== undefined ? 'failed' : skip !== undefined ? 'skipped' : 'passed',
    message: failure !== undefined ? words(failure) : skip !== undefined ? words(skip) : undefined,
  };
}

function words(element: unknown): string {
  const first = list(element)[0];
  if (typeof first === 'object' && first !== null) {
    const node = first as Node;
    return text(node[`${ATTRIBUTE}message`] || node[TEXT]);
  }
  return text(first);
}

/** The parser gives a text or, for one that is not there, nothing. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Writes one report with one suite named after the group. */
export function writeReport(path: string, group: string, tests: readonly TestCase[]) {
  const count = (outcome: Outcome) => tests.filter((test) => test.outcome === outcome).length;
  const totals = {
    [`${ATTRIBUTE}name`]: group,
    [`${ATTRIBUTE}tests`]: tests.length,
    [`${ATTRIBUTE}failures`]: count('failed'),
    [`${ATTRIBUTE}skipped`]: count('skipped'),
    [`${ATTRIBUTE}time`]: tests.reduce((sum, test) => sum + test.seconds, 0).toFixed(3),
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE,
    textNodeName: TEXT,
    format: true,
    suppressEmptyNode: true,
    suppressBooleanAttributes: false, // a test may be named 'true'
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    builder.build({
      '?xml': { [`${ATTRIBUTE}version`]: '1.0', [`${ATTRIBUTE}encoding`]: 'UTF-8' },
      'testsuites': { ...totals, testsuite: { ...totals, testcase: tests.map(element) } },
    }),
  );
}

/** Characters that no XML document may hold, however they are written. */
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function element(test: TestCase): Node {
  const message = (test.message ?? '').replace(NOT_XML, '\ufffd');
  return {
    [`${ATTRIBUTE}classname`]: test.suite,
    [`${ATTRIBUTE}name`]: test.name.replace(NOT_XML, '\ufffd'),
    [`${ATTRIBUTE}time`]: test.seconds.toFixed(3),
    ...(test.outcome === 'failed' ? { failure: { [`${ATTRIBUTE}message`]: message.split('\n')[0], [TEXT]: message } } : {}),
    ...(test.outcome === 'skipped' ? { skipped: { [`${ATTRIBUTE}message`]: message } } : {}),
  };
}

/** The cases of a report that may not have been written, because what should write it died. */
export function readReportIfAny(path: string): TestCase[] {
  return existsSync(path) ? readReport(path) : [];
}
