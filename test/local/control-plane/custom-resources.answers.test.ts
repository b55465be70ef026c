/** Which answers of a function S3 and CloudFormation take, and what CloudFormation makes of the others. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Handed, Harness } from './harness';
import { answerTo, Maker, nextStack, put } from './maker';

let maker: Maker;
let bed: Harness;

beforeAll(async () => {
  maker = await Maker.open();
  bed = maker.bed;
}, 300_000);
afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.answer = () => undefined;
});

async function refusedCreate(body: (handed: Handed) => unknown): Promise<{ status: number; reason: string }> {
  const stack = nextStack();
  await bed.createStack(stack, maker.template());
  const create = await maker.requestOf(stack, 'Create');
  const status = await put(create, body(create));
  const remove = await maker.requestOf(stack, 'Delete');
  await put(remove, answerTo(remove));
  expect((await bed.settled(stack)).StackStatus).toBe('ROLLBACK_COMPLETE');
  return { status, reason: (await bed.failures(stack, 'Thing'))[0] };
}

/** The Create of a new stack, answered SUCCESS and then once more. */
async function answered(later: object | string): Promise<{ stack: string; create: Handed }> {
  const stack = nextStack();
  await bed.createStack(stack, maker.template());
  const create = await maker.requestOf(stack, 'Create');
  expect(await put(create, answerTo(create))).toBe(200);
  expect(await put(create, typeof later === 'string' ? later : answerTo(create, later))).toBe(200);
  return { stack, create };
}

const recordOf = ({ event }: Handed) =>
  bed.controlPlane.answers.all.filter(({ requestId }) => requestId === (event as { RequestId: string }).RequestId);

/** The record is told a moment after the answer. */
async function recorded(handed: Handed, count: number): Promise<void> {
  while (recordOf(handed).length < count) {
    await sleep(20);
  }
}

describe('an answer that CloudFormation takes', () => {
  it('completes the resource, and its Data is there for outputs', async () => {
    const stack = nextStack();
    await bed.createStack(stack, {
      ...maker.template(),
      Outputs: { Colour: { Value: { 'Fn::GetAtt': ['Thing', 'Colour'] } }, Id: { Value: { Ref: 'Thing' } } },
    });
    const create = await maker.requestOf(stack, 'Create');
    expect(await put(create, answerTo(create, { Data: { Colour: 'green' } }))).toBe(200);
    const { StackStatus, Outputs } = await bed.settled(stack);
    expect(StackStatus).toBe('CREATE_COMPLETE');
    expect(Outputs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ OutputKey: 'Colour', OutputValue: 'green' }),
        expect.objectContaining({ OutputKey: 'Id', OutputValue: 'thing-1' }),
      ]),
    );
  });

  it('may be exactly 4096 bytes long', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template());
    const create = await maker.requestOf(stack, 'Create');
    const bare = JSON.stringify(answerTo(create, { Reason: '' }));
    const body = JSON.stringify(answerTo(create, { Reason: 'x'.repeat(4096 - Buffer.byteLength(bare)) }));
    expect(Buffer.byteLength(body)).toBe(4096);
    await put(create, body);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('is read once: later ones are taken, as S3 does, and change nothing', async () => {
    const { stack, create } = await answered({ Status: 'FAILED', Reason: 'changed my mind' });
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
    expect(await put(create, answerTo(create))).toBe(200);
    await recorded(create, 3);
    expect(recordOf(create).map(({ requestType, body }) => [requestType, (JSON.parse(body) as { Status: string }).Status])).toEqual([
      ['Create', 'SUCCESS'],
      ['Create', 'FAILED'],
      ['Create', 'SUCCESS'],
    ]);
  });

  it.each<[string, object | string, RegExp]>([
    ['its status', { Status: 'FAILED', Reason: 'changed my mind' }, /: SUCCESS thing-1, then FAILED thing-1$/],
    ['its id', { PhysicalResourceId: 'other' }, /: SUCCESS thing-1, then SUCCESS other$/],
    ['all that it is', 'nonsense', /: SUCCESS thing-1, then nonsense$/],
  ])('is contradicted by a later one in %s, which is printed', async (_, later, told) => {
    const { create } = await answered(later);
    await recorded(create, 2);
    const { StackId, LogicalResourceId } = create.event as { StackId: string; LogicalResourceId: string };
    const contradiction = bed.controlPlane.answers.contradictions.find((text) => text.includes(StackId));
    expect(contradiction).toMatch(told);
    expect(contradiction).toContain(`two answers to the Create of ${LogicalResourceId} in ${StackId} contradict each other`);
    expect(bed.lines).toContain(contradiction);
  });

  it.each<[string, object]>([
    ['repeats it', {}],
    ['has other data', { Data: { a: 1 } }],
  ])('is not contradicted by a later one that %s', async (_, later) => {
    const { create } = await answered(later);
    await recorded(create, 2);
    expect(bed.controlPlane.answers.contradictions.filter((text) => text.includes((create.event as { StackId: string }).StackId))).toEqual([]);
  });
});

describe('an answer that S3 refuses', () => {
  it('goes to a URL that no request has: 403', async () => {
    const response = await fetch(`${bed.controlPlane.url}/_ministack/cfn-response/none-such`, { method: 'PUT', body: '{}' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
  });

  it('has lost the signature of its URL: 403, and the request still waits for its answer', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template());
    const create = await maker.requestOf(stack, 'Create');
    const { origin, pathname, searchParams } = new URL(create.event.ResponseURL);
    expect(await put({ ...create, event: { ...create.event, ResponseURL: `${origin}${pathname}` } }, answerTo(create))).toBe(403);
    expect(Object.fromEntries(searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': '7200',
      'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
      'X-Amz-Credential': expect.stringMatching(/^ASIA\w+\/\d{8}\/us-east-1\/s3\/aws4_request$/),
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await put(create, answerTo(create))).toBe(200);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });

  it('has a content type: 403, and the request still waits for its answer', async () => {
    const stack = nextStack();
    await bed.createStack(stack, maker.template());
    const create = await maker.requestOf(stack, 'Create');
    expect(await put(create, answerTo(create), { 'content-type': 'application/json' })).toBe(403);
    expect(await put(create, answerTo(create))).toBe(200);
    expect((await bed.settled(stack)).StackStatus).toBe('CREATE_COMPLETE');
  });
});

describe('an answer that S3 takes and CloudFormation refuses', () => {
  it.each<[string, (handed: Handed) => unknown, string]>([
    ['is longer than 4096 bytes', (handed) => answerTo(handed, { Reason: 'é'.repeat(2048) }), 'Response object is too long.'],
    ['is not JSON', () => 'SUCCESS', 'Response is not valid JSON'],
    ['is empty', () => '', 'Response is not valid JSON'],
    ['is a list', () => [], 'Invalid Response object'],
    ['has a status of its own', (handed) => answerTo(handed, { Status: 'OK' }), "'OK' is not a valid ResponseStatus"],
    ['names another request', (handed) => answerTo(handed, { RequestId: 'mine' }), "RequestId is 'mine'"],
    ['names another stack', (handed) => answerTo(handed, { StackId: 'yours' }), "StackId is 'yours'"],
    ['names no resource', (handed) => answerTo(handed, { LogicalResourceId: undefined }), 'LogicalResourceId is None'],
    ['has no physical id', (handed) => answerTo(handed, { PhysicalResourceId: '' }), 'Invalid PhysicalResourceId'],
    ['has a physical id over 1 KB', (handed) => answerTo(handed, { PhysicalResourceId: 'x'.repeat(1025) }), 'Invalid PhysicalResourceId'],
    ['has a number for a physical id', (handed) => answerTo(handed, { PhysicalResourceId: 7 }), 'Invalid PhysicalResourceId'],
    ['fails without a reason', (handed) => answerTo(handed, { Status: 'FAILED' }), 'Reason is required'],
    ['has a list for Data', (handed) => answerTo(handed, { Data: ['a'] }), 'Data is not a JSON object'],
  ])('%s', async (_name, body, reason) => {
    const refused = await refusedCreate(body);
    expect(refused.status).toBe(200);
    expect(refused.reason).toContain(reason);
  });
});
