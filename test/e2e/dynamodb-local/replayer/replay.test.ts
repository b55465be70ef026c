import { closeStage, FUNCTION_ARN, openStage, OPERATOR, requestId, Scene, type Stage } from './setup';

const PLENTY = 100_000;

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

test('a run by hand claims what is due, sends pointers and finishes', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, (_, number) => scene.defer(requestId(number))));
  scene.aws.onInvoke = scene.succeed;
  const report = await scene.replayer().replay({}, undefined, PLENTY);
  expect(report).toMatchObject({ state: 'FINISHED', dispatched: 20, refused: 0, pending: 0, ended: 'nothing left to dispatch', waiting: [] });
  expect(await Promise.all(ids.map((id) => scene.state(id)))).toEqual(ids.map(() => 'DONE'));
  expect(scene.aws.invocations).toHaveLength(20);
  expect(new Set(scene.aws.invocations.map(({ functionArn, type }) => `${type} ${functionArn}`))).toEqual(new Set([`Event ${FUNCTION_ARN}`]));
  expect(await scene.row(`run#${report.run}`)).toMatchObject({
    state: { S: 'FINISHED' },
    dispatched: { N: '20' },
    expiresAt: { N: expect.stringMatching(/^\d{10}$/) },
  });
  expect(await scene.row(`run#${report.run}`)).not.toHaveProperty('bpk');
});

test('while the window is on nothing is claimed', async () => {
  const id = await scene.defer(requestId(1));
  scene.aws.parameters.set(OPERATOR, { value: 'on # upgrade', modified: Date.now() });
  const report = await scene.replayer().replay({}, undefined, PLENTY);
  expect(report).toMatchObject({ state: 'ACTIVE', dispatched: 0, pending: 1, waiting: [{ functionArn: FUNCTION_ARN, why: 'window on' }] });
  expect(await scene.row(id)).toMatchObject({ state: { S: 'PENDING' }, dispatches: { N: '0' } });
});
