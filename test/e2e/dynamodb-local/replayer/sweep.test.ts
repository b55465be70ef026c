import type { Item } from '../../../../lambda/maintenance-window/replayer/row';
import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { closeStage, FUNCTION_ARN, FUNCTION_KEY, openStage, OPERATOR, requestId, Scene, type Stage } from './setup';

const PLENTY = 100_000;
const DAY = 86_400_000;

let stage: Stage;
let scene: Scene;

beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => closeStage(stage));
beforeEach(async () => {
  scene = await new Scene(stage).open();
});
afterEach(() => scene.close());

const ago = (milliseconds: number) => ({ N: String(scene.now() - milliseconds) });
const automatic = () => scene.replayer({ replay: 'AUTOMATIC' });

function leased(id: string, state: string, changes: Item): Item {
  return {
    bpk: { S: backlogKey('active', id) },
    state: { S: state },
    token: { S: 't' },
    ...(state === 'RUNNING' ? { nonce: { S: 'n' } } : {}),
    lease: ago(1),
    ...changes,
  };
}

test('lapsed leases are returned or quarantined, live ones are left', async () => {
  const [returned, neverStarted, lost, lostForGood] = await Promise.all([
    scene.defer(requestId(1), leased(requestId(1), 'CLAIMED', { dispatches: { N: '4' } })),
    scene.defer(requestId(9), leased(requestId(9), 'CLAIMED', { dispatches: { N: '5' } })),
    scene.defer(requestId(17), leased(requestId(17), 'RUNNING', { attempt: { N: '4' } })),
    scene.defer(requestId(25), leased(requestId(25), 'RUNNING', { attempt: { N: '5' } })),
  ]);
  const live = await scene.defer(requestId(33), leased(requestId(33), 'RUNNING', { lease: ago(-DAY) }));
  expect(await scene.replayer().sweep(PLENTY)).toMatchObject({ returned: 2, quarantined: 2 });
  expect(await scene.row(returned)).toMatchObject({ state: { S: 'PENDING' }, bpk: { S: expect.stringMatching(/^pending#/) } });
  expect(await scene.row(neverStarted)).toMatchObject({
    state: { S: 'QUARANTINED' },
    bpk: { S: expect.stringMatching(/^quarantined#/) },
    outcome: { M: { errorType: { S: 'NeverStarted' } } },
  });
  expect(await scene.row(lost)).toMatchObject({ state: { S: 'PENDING' }, outcome: { M: { errorType: { S: 'RunLost' } } } });
  expect(await scene.row(lostForGood)).toMatchObject({ state: { S: 'QUARANTINED' }, outcome: { M: { errorType: { S: 'RunLost' } } } });
  expect(await scene.row(lost)).not.toHaveProperty('nonce');
  expect(await scene.state(live)).toBe('RUNNING');
});

test('an automatic sweep drains; the run it wrote is finished by the next one', async () => {
  const id = await scene.defer(requestId(1));
  scene.aws.onInvoke = scene.succeed;
  const {
    runs: [{ run }],
  } = await automatic().sweep(PLENTY);
  await automatic().sweep(PLENTY);
  expect(await scene.state(id)).toBe('DONE');
  expect(await scene.row(`run#${run}`)).toMatchObject({ state: { S: 'FINISHED' }, mode: { S: 'AUTOMATIC' }, dispatched: { N: '1' } });
});

test('two replayers at once send each event one pointer', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, number) => scene.defer(requestId(number))));
  scene.aws.onInvoke = scene.succeed;
  await Promise.all([automatic().sweep(PLENTY), automatic().sweep(PLENTY), automatic().sweep(PLENTY)]);
  expect(new Set(await Promise.all(ids.map((id) => scene.state(id))))).toEqual(new Set(['DONE']));
  expect(scene.aws.invocations).toHaveLength(40);
});

test('what Lambda throttles goes back; what it drops without an answer stays claimed', async () => {
  const [throttled, dropped] = [await scene.defer(requestId(1)), await scene.defer(requestId(2))];
  scene.aws.onInvoke = ({ body }) => Promise.resolve(body.includes(requestId(1)) ? { status: 429, error: 'TooManyRequestsException' } : 'drop');
  const report = await scene.replayer().replay({}, undefined, PLENTY);
  expect(report).toMatchObject({ state: 'ACTIVE', dispatched: 1, refused: 1 });
  expect(await scene.row(throttled)).toMatchObject({ state: { S: 'PENDING' }, dispatches: { N: '0' } });
  expect(await scene.row(throttled)).not.toHaveProperty('token');
  expect(await scene.row(dropped)).toMatchObject({ state: { S: 'CLAIMED' }, dispatches: { N: '1' } });
});

test('a run by hand takes up no more than it may', async () => {
  await Promise.all([1, 2, 3].map((number) => scene.defer(requestId(number))));
  scene.aws.onInvoke = scene.succeed;
  const { run } = await scene.replayer().replay({}, 1, PLENTY);
  expect(scene.aws.invocations).toHaveLength(1);
  expect(await scene.row(`run#${run}`)).toMatchObject({ taken: { N: '1' }, maxEvents: { N: '1' } });
});

test('ticks of one rule are coalesced', async () => {
  const rule = { S: 'arn:aws:events:us-east-1:000000000000:rule/minute' };
  const ids = await Promise.all(
    [3, 2, 1].map((minutes) => scene.defer(requestId(minutes), { source: { S: 'scheduled' }, rule, deferredAt: ago(minutes * 60_000) })),
  );
  scene.aws.onInvoke = scene.succeed;
  await automatic().sweep(PLENTY);
  expect(await Promise.all(ids.map((id) => scene.state(id)))).toEqual(['DISCARDED', 'DISCARDED', 'DONE']);
  expect(await scene.row(ids[0])).toMatchObject({
    expiresAt: { N: expect.stringMatching(/^\d{10}$/) },
    outcome: { M: { errorType: { S: 'coalesced' } } },
  });
  expect(await scene.row(ids[0])).not.toHaveProperty('bpk');
});

test('unfinished writes and the chunks of finished events are removed', async () => {
  const chunk = (id: string, writeId: string, number: number) =>
    scene.put({ pk: { S: `${id}#${writeId}#${number}` }, body: { B: Buffer.from('x') } });
  const abandoned = { L: [{ M: { writeId: { S: 'w1' }, chunks: { N: '1' } } }] };
  const unfinished = await scene.defer(requestId(1), {
    state: { S: 'WRITING' },
    deferredAt: ago(DAY + 1),
    bpk: { S: backlogKey('writing', requestId(1)) },
    writeId: { S: 'w2' },
    chunks: { N: '1' },
  });
  const done = await scene.defer(requestId(2), {
    state: { S: 'DONE' },
    bpk: { S: backlogKey('cleanup', requestId(2)) },
    finishedAt: ago(1),
    writeId: { S: 'w2' },
    chunks: { N: '2' },
    abandoned,
  });
  const names = [
    [unfinished, 'w2', 0],
    [done, 'w2', 0],
    [done, 'w2', 1],
    [done, 'w1', 0],
  ] as const;
  await Promise.all(names.map(([id, writeId, number]) => chunk(id, writeId, number)));
  expect(await scene.replayer().sweep(PLENTY)).toMatchObject({ unfinishedRemoved: 1, cleanedUp: 1 });
  expect(await scene.row(unfinished)).toBeUndefined();
  expect(await scene.row(done)).toMatchObject({ state: { S: 'DONE' }, expiresAt: { N: expect.stringMatching(/^\d{10}$/) } });
  expect(await Promise.all(names.map(([id, writeId, number]) => scene.row(`${id}#${writeId}#${number}`)))).toEqual(names.map(() => undefined));
});

test('a parameter that was deleted, and a function that was, are told by name', async () => {
  await scene.defer(requestId(1));
  await scene.defer(requestId(2), {}, { functionArn: { S: `${FUNCTION_ARN}-gone` } });
  scene.aws.parameters.clear();
  const { waiting } = await automatic().sweep(PLENTY);
  expect(waiting).toContainEqual({
    functionKey: FUNCTION_KEY,
    functionArn: FUNCTION_ARN,
    why: 'window unknown',
    detail: expect.stringContaining(`'${OPERATOR}' does not exist`),
  });
  expect(waiting).toContainEqual(expect.objectContaining({ functionArn: `${FUNCTION_ARN}-gone`, why: 'refused' }));
  expect(scene.aws.invocations).toEqual([]);
});

test('more rows than one page of a query are all counted', async () => {
  const padding = { functionKey: { S: 'k'.repeat(1500) } };
  await Promise.all(Array.from({ length: 800 }, (_, number) => scene.defer(requestId(number * 8), padding))); // one shard, more than 1 MB
  expect(await scene.replayer().sweep(PLENTY)).toMatchObject({ backlog: 800 });
});
