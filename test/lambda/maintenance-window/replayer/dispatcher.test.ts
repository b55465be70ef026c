import { pointerVectors } from '../../../../lambda/contract/maintenance-window/replay.json';
import { answerOf } from '../../../../lambda/maintenance-window/replayer/dispatcher';
import { shardOf } from '../../../../lambda/maintenance-window/store/keys';
import { pointerTo } from '../../../../lambda/maintenance-window/store/pointer';
import { awsError, FUNCTION_ARN, requestIdOf, World } from '../state-machine/world';

const LONG = 900_000;

test('a pointer has the bytes that gates know', () => {
  const vectors = pointerVectors.filter(({ pointer }) => pointer !== null);
  expect(vectors.length).toBeGreaterThan(0);
  for (const { body, pointer } of vectors) {
    expect(Buffer.from(pointerTo(pointer!.requestId, pointer!.token)).toString()).toBe(body);
  }
});

describe("what Lambda's answer means", () => {
  test.each([
    ['TooManyRequestsException', 429, 'throttled'],
    ['ThrottlingException', 400, 'throttled'],
    ['ResourceConflictException', 409, 'throttled'],
    ['ResourceNotReadyException', 502, 'throttled'],
    ['ResourceNotFoundException', 404, 'refused'],
    ['AccessDeniedException', 403, 'refused'],
    ['InvalidParameterValueException', 400, 'refused'],
    ['ServiceException', 500, 'unclear'],
    ['KMSDisabledException', 502, 'unclear'],
  ])('%s (%d) is %s', (name, status, kind) => {
    expect(answerOf(awsError(name, status)).kind).toBe(kind);
  });

  test.each([new Error('socket hang up'), undefined, 'text'])('%s without a status is unclear', (error) => {
    expect(answerOf(error).kind).toBe('unclear');
  });
});

describe('a pointer that Lambda', () => {
  test('throttles is returned at once, its dispatch not counted, and the drain slows down', async () => {
    const world = new World();
    const ids = Array.from({ length: 12 }, (_, number) => world.defer(requestIdOf(number)));
    let refusals = 12;
    const at: number[] = [];
    world.refuse = () => {
      at.push(world.simulation.now());
      return refusals-- > 0 ? awsError('TooManyRequestsException', 429) : undefined;
    };
    const report = await world.simulation.run(world.replayer({ maxConcurrency: 20 }).replay({}, undefined, LONG));
    expect(report).toMatchObject({ state: 'ACTIVE', dispatched: 0, refused: 12 });
    expect(ids.map((id) => world.database.item(id))).toEqual(
      ids.map(() => expect.objectContaining({ state: { S: 'PENDING' }, dispatches: { N: '0' } })),
    );
    expect(Math.max(...at) - Math.min(...at)).toBeGreaterThan(1000);
    expect(Number(world.database.item(ids[0])!.nextAttempt.N)).toBeGreaterThan(at[0] + 20_000);
  });

  test('refuses for good is returned, the function named, and not asked again in this drain', async () => {
    const world = new World();
    const oneShard = Array.from({ length: 400 }, (_, number) => requestIdOf(number)).filter((requestId) => shardOf(requestId) === 0);
    const ids = oneShard.slice(0, 10).map((requestId) => world.defer(requestId)); // one after the other
    world.refuse = () => awsError('AccessDeniedException', 403);
    const report = await world.simulation.run(world.replayer().replay({}, undefined, LONG));
    expect(world.invocations).toHaveLength(1);
    expect(report.waiting).toEqual([
      expect.objectContaining({ functionArn: FUNCTION_ARN, why: 'refused', detail: 'AccessDeniedException: said AccessDeniedException' }),
    ]);
    expect(new Set(ids.map((id) => world.state(id)))).toEqual(new Set(['PENDING']));
  });

  test('may or may not have taken stays claimed: the run that starts is the only one', async () => {
    const world = new World();
    const id = world.defer(requestIdOf(1));
    let first = true;
    world.refuse = () => {
      if (first) {
        first = false;
        void world.deliver(world.invocations[0].body); // taken, and then the answer was lost
        return awsError('ServiceException', 500);
      }
      return undefined;
    };
    const report = await world.simulation.run(world.replayer().replay({}, undefined, LONG));
    expect(report.dispatched).toBe(1);
    expect(world.logged).toContainEqual(expect.objectContaining({ message: expect.stringContaining('not clear'), requestId: requestIdOf(1) }));
    await world.simulation.run(world.simulation.sleep(LONG));
    expect([world.state(id), world.runsOf.get(requestIdOf(1)), world.invocations.length]).toEqual(['DONE', 1, 1]);
  });
});

describe('a target', () => {
  test('without the gate gets no pointer', async () => {
    const world = new World();
    world.guard(FUNCTION_ARN, { AWS_LAMBDA_EXEC_WRAPPER: '' });
    const id = world.defer(requestIdOf(1));
    const report = await world.simulation.run(world.replayer().replay({}, undefined, LONG));
    expect(report.waiting).toEqual([expect.objectContaining({ why: 'refused', detail: expect.stringContaining('lacks the gate') })]);
    expect([world.state(id), world.invocations]).toEqual(['PENDING', []]);
  });

  test("is called by the ARN of the event's own invocation, be it an alias or a version", async () => {
    const world = new World();
    const version = FUNCTION_ARN.replace(':live', ':7');
    world.guard(version);
    world.defer(requestIdOf(1));
    world.defer(requestIdOf(2), {}, { functionArn: { S: version } });
    await world.simulation.run(world.replayer().replay({}, undefined, LONG));
    expect(world.invocations.map(({ functionArn }) => functionArn).sort()).toEqual([version, FUNCTION_ARN].sort());
  });

  test("that lost the gate in one version keeps no other version's events back", async () => {
    const world = new World();
    const version = FUNCTION_ARN.replace(':live', ':7');
    world.guard(version, { AWS_LAMBDA_EXEC_WRAPPER: '' });
    const ids = [1, 9, 17].map((number) => world.defer(requestIdOf(number), {}, number === 17 ? {} : { functionArn: { S: version } }));
    await world.simulation.run(world.replayer().replay({}, undefined, LONG));
    await world.simulation.run(world.simulation.sleep(LONG));
    expect(ids.map((id) => world.state(id))).toEqual(['PENDING', 'PENDING', 'DONE']);
  });
});
