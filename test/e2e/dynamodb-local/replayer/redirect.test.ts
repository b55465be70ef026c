/** Redirects over real transactions. */
import { randomBytes } from 'node:crypto';

import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import { environment, tag } from '../../../../lambda/contract/names.json';
import { updateInput } from '../../../../lambda/maintenance-window/replayer/change';
import { claim } from '../../../../lambda/maintenance-window/replayer/transitions';
import { backlogKey, chunkKey } from '../../../../lambda/maintenance-window/store/keys';
import { closeStage, FUNCTION_ARN, FUNCTION_KEY, openStage, requestId, Scene, type Stage } from './setup';

const PLENTY = 100_000;
const TO = 'bills';
const NEW_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:bills';
const REQUEST = { action: 'redirect', filter: { functionKey: FUNCTION_KEY }, to: TO } as const;

let stage: Stage;
let scene: Scene;

beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => closeStage(stage));
beforeEach(async () => {
  scene = await new Scene(stage).open();
  scene.aws.functions.delete(FUNCTION_ARN);
  scene.guard(NEW_ARN, { [environment.functionKey]: TO });
  scene.aws.tags.set(NEW_ARN, { [tag.store]: 's', [tag.functionKey]: TO });
});
afterEach(() => scene.close());

const newId = (number: number) => `${TO}#${requestId(number)}`;

async function deferLarge(number: number, part: Buffer): Promise<string> {
  const id = await scene.defer(requestId(number), { chunks: { N: '2' }, writeId: { S: 'w-old' } });
  await Promise.all([0, 1].map((chunk) => scene.put({ pk: { S: chunkKey(id, 'w-old', chunk) }, body: { B: part } })));
  return id;
}

test('events, small and in chunks, have one row that may run, under the new key', async () => {
  const part = randomBytes(358_400); // as large as a chunk gets
  const ids = [await scene.defer(requestId(1)), await deferLarge(2, part)];
  expect(await scene.replayer().redirect(REQUEST, PLENTY)).toEqual({
    redirected: 2,
    left: { refused: 0, movedOn: 0, damaged: 0, active: 0, quarantined: 0 },
    pending: 0,
    ended: 'nothing left to redirect',
    refused: [],
  });
  expect(await Promise.all(ids.map((id) => scene.state(id)))).toEqual(['DISCARDED', 'DISCARDED']);
  expect(await scene.row(newId(1))).toMatchObject({ state: { S: 'PENDING' }, body: { B: Uint8Array.from(Buffer.from('{}')) } });
  const { writeId, state, target } = (await scene.row(newId(2)))!;
  expect([state.S, target.S]).toEqual(['PENDING', NEW_ARN]);
  for (const chunk of [0, 1]) {
    expect(Buffer.from((await scene.row(chunkKey(newId(2), writeId.S!, chunk)))!.body.B!).equals(part)).toBe(true);
  }
});

test('of two redirects at once each event is moved by one', async () => {
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  await Promise.all(numbers.map((number) => scene.defer(requestId(number))));
  const reports = await Promise.all([scene.replayer().redirect(REQUEST, PLENTY), scene.replayer().redirect(REQUEST, PLENTY)]);
  await scene.replayer().redirect(REQUEST, PLENTY);
  expect(reports.flatMap(({ refused }) => refused)).toEqual([]);
  expect(new Set(await Promise.all(numbers.map((number) => scene.state(`${FUNCTION_KEY}#${requestId(number)}`))))).toEqual(new Set(['DISCARDED']));
  expect(new Set(await Promise.all(numbers.map((number) => scene.state(newId(number)))))).toEqual(new Set(['PENDING']));
});

test('events that are claimed meanwhile have one row that may run, wherever that is', async () => {
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  const ids = await Promise.all(numbers.map((number) => scene.defer(requestId(number))));
  const claims = numbers.map(async (number) => {
    const row = { id: ids[number], requestId: requestId(number) } as never;
    await stage.client
      .send(new UpdateItemCommand({ TableName: scene.table, ...updateInput(claim(row, { token: 't', run: 'r', now: scene.now() })) }))
      .catch(() => undefined); // the redirect was first, or is at it
  });
  await Promise.all([scene.replayer().redirect(REQUEST, PLENTY), ...claims]);
  for (const number of numbers) {
    expect([await scene.state(ids[number]), await scene.state(newId(number))]).toEqual(
      (await scene.state(ids[number])) === 'DISCARDED' ? ['DISCARDED', 'PENDING'] : [expect.stringMatching(/^(CLAIMED|PENDING)$/), undefined],
    );
  }
});

test('a request id that the new key has already is refused by name, and neither row is touched', async () => {
  const id = await scene.defer(requestId(1));
  await scene.put({ pk: { S: newId(1) }, state: { S: 'DONE' } });
  const { refused } = await scene.replayer().redirect(REQUEST, PLENTY);
  expect(refused).toEqual([{ requestId: requestId(1), events: 1, reason: expect.stringContaining(`'${newId(1)}' (DONE)`) }]);
  expect(await scene.row(newId(1))).toEqual({ pk: { S: newId(1) }, state: { S: 'DONE' } });
  expect(await scene.row(id)).toMatchObject({ state: { S: 'PENDING' }, bpk: { S: backlogKey('pending', requestId(1)) } });
});
