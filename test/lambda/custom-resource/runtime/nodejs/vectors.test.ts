import { type Answer, render } from '../../../../../lambda/cloudformation/answer';
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { continuation, continuationKey } from '../../../../../lambda/contract/custom-resource/custom-resource.json';
import * as vectors from '../../../../../lambda/contract/custom-resource/custom-resource.vectors.json';
import { continuationOf } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/continuation';
import { physicalName, type PhysicalNameOptions, shortToken } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/names';
import { nextMove, sleepBeforePoll } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/next-move';
import {
  defaultPhysicalResourceId,
  failureId,
  idempotencyToken,
  isInventedId,
  type Progress,
} from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { readOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/read-operation';
import { BadReference, parseReference } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/references';
import { margin, operationTimes } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/times';
import { isTransient } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/transient';
import { whereabouts } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/whereabouts';
import { request } from './requests';

const RESTORE = vectors.defaultIdVectors[0];

test.each(vectors.defaultIdVectors)('the default id of $logicalResourceId in $stackId', ({ stackId, logicalResourceId, id }) => {
  expect(defaultPhysicalResourceId({ StackId: stackId, LogicalResourceId: logicalResourceId })).toBe(id);
  expect(id).toMatch(/-[0-9a-f]{16}$/);
});

test.each(vectors.tokenVectors)('the token of a request with $properties', ({ stackId, logicalResourceId, requestId, properties, token }) => {
  const same = { StackId: stackId, LogicalResourceId: logicalResourceId, RequestId: requestId, ResourceProperties: properties };
  expect(idempotencyToken(request('Create', same))).toBe(token);
});

test.each(vectors.shortTokenVectors as readonly { of: string; maxLength: number; token?: string; bad?: boolean }[])(
  'a token of $maxLength characters of $of',
  ({ of, maxLength, token, bad }) => {
    const { stackId, logicalResourceId, requestId, properties } = vectors.tokenVectors.find((vector) => vector.token === of)!;
    const same = { StackId: stackId, LogicalResourceId: logicalResourceId, RequestId: requestId, ResourceProperties: properties };
    const short = () => shortToken(request('Create', same), maxLength);
    if (bad) {
      expect(short).toThrow(`ctx.token is ${JSON.stringify(maxLength)}, expected a whole number of characters, 16 or more`);
    } else {
      expect(short()).toBe(token);
      expect(of.startsWith(short())).toBe(true);
    }
  },
);

interface NameVector {
  readonly name: string;
  readonly stackId: string;
  readonly logicalResourceId: string;
  readonly options: PhysicalNameOptions;
  readonly physicalName?: string;
  readonly bad?: boolean;
}
const nameOf = ({ stackId, logicalResourceId, options }: NameVector) =>
  physicalName({ StackId: stackId, LogicalResourceId: logicalResourceId }, options);
const nameVectors = vectors.physicalNameVectors as readonly NameVector[];

test.each(nameVectors.filter(({ bad }) => !bad))('a name that fits: $name', (vector) => {
  const { maxLength, separator = '-' } = vector.options;
  expect(nameOf(vector)).toBe(vector.physicalName);
  expect(nameOf(vector).length).toBeLessThanOrEqual(maxLength);
  // As RDS, which is strictest: a letter first, and no two separators in a row
  expect(nameOf(vector)).toMatch(new RegExp(`^[A-Za-z]([${separator}]?[A-Za-z0-9])*$`));
});

test.each(nameVectors.filter(({ bad }) => bad))("a name that can't be: $name", (vector) => {
  expect(() => nameOf(vector)).toThrow(/of ctx\.physicalName is .*, expected/);
});

test('a name tells stacks and resources apart however short it is', () => {
  const of = (StackId: string, LogicalResourceId: string) => physicalName({ StackId, LogicalResourceId }, { maxLength: 20, lowercase: true });
  const [a, , b] = vectors.defaultIdVectors;
  expect(new Set([of(a.stackId, 'Restore'), of(b.stackId, 'Restore'), of(a.stackId, 'restore')]).size).toBe(3);
});

test.each(vectors.inventedIdVectors)('CloudFormation made an id up: $name', ({ stackId, logicalResourceId, id, invented }) => {
  expect(isInventedId(id, { StackId: stackId, LogicalResourceId: logicalResourceId })).toBe(invented);
});

test.each(
  vectors.failureIdVectors as readonly { name: string; request: 'Create'; failureId?: string; waitId?: string; progress: Progress; id: string }[],
)('the id of a failure: $name', ({ request: type, id, ...failure }) => {
  const subject = { StackId: RESTORE.stackId, LogicalResourceId: 'Restore', ...(type === 'Create' ? {} : { PhysicalResourceId: 'own-1' }) };
  expect(failureId(request(type, subject), failure)).toBe(id);
});

test('a failed create that left nothing has the marker that the window knows', () => {
  expect(vectors.failureIdVectors.find(({ name }) => name === 'create threw')?.id).toBe(createFailedId);
});

test.each(vectors.timeVectors as readonly { name: string; url: string; receivedAt: number; serviceTimeout?: unknown; provider?: number }[])(
  'times: $name',
  ({ name: _, url, receivedAt, serviceTimeout, provider, ...expected }) => {
    const properties = serviceTimeout === undefined ? {} : { ServiceTimeout: serviceTimeout };
    expect(operationTimes(request('Create', { ResponseURL: url, ResourceProperties: properties }), receivedAt, provider)).toEqual(expected);
  },
);

test.each(vectors.continuationVectors)('a continuation is read and written: $name', ({ fields, problem }) => {
  const read = readOperation({ [continuationKey]: fields }, 0, undefined);
  expect(read.problem !== undefined).toBe(problem);
  if (!problem) {
    expect(JSON.parse(continuationOf(read.operation))).toEqual({ [continuationKey]: { ...fields, hop: (fields.hop as number) + 1 } });
    expect(Object.keys(fields).filter((name) => !(name in continuation.fields))).toEqual([]);
  }
});

test.each(vectors.marginVectors)('the margin of an execution of $execution ms', ({ execution, margin: expected }) => {
  expect(margin(execution)).toBe(expected);
});

test.each(vectors.sleepVectors as readonly { name: string; after?: number; pollInterval?: number; elapsed: number; sleep: number }[])(
  'sleeps before the next poll: $name',
  ({ after, pollInterval, elapsed, sleep }) => {
    expect(sleepBeforePoll(after, pollInterval, elapsed)).toBe(sleep);
  },
);

test.each(vectors.nextMoveVectors)('the next move: $name', ({ name: _, action, at, ...situation }) => {
  expect(nextMove(situation)).toEqual({ action, at });
});

test.each(vectors.referenceVectors as readonly { text: string; bad?: boolean }[])('a reference to $text', ({ text, bad, ...expected }) => {
  if (bad) {
    expect(() => parseReference(text)).toThrow(BadReference);
  } else {
    expect(parseReference(text)).toEqual(expected);
  }
});

test.each(vectors.transientVectors)('may pass by itself: $name', ({ error: { name, status }, transient }) => {
  const error = Object.assign(new Error('x'), { name });
  expect(isTransient(Object.assign(error, status === undefined ? {} : { $metadata: { httpStatusCode: status } }))).toBe(transient);
});

test.each(vectors.answerVectors)('an answer has the members that belong to it: $name', ({ request: type, answer, members }) => {
  const body = JSON.parse(render(request(type as 'Create'), answer as Answer).toString()) as object;
  expect(Object.keys(body).sort()).toEqual([...members].sort());
});

test.each(vectors.whereaboutsVectors)('where the log is: $name', ({ execution, lines }) => {
  expect(whereabouts(execution).split('\n')).toEqual(lines);
});

test('where the log is costs no answer, whatever a context lacks', () => {
  const lacking = { requestId: 'r', from: 0, to: 0 } as unknown as Parameters<typeof whereabouts>[0];
  expect(whereabouts(lacking)).toMatch(/^request id: r/);
});
