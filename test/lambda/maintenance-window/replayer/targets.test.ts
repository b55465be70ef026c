import { environment } from '../../../../lambda/contract/names.json';
import { awsError, FUNCTION_ARN, requestIdOf, World } from '../state-machine/world';

const LONG = 900_000;
const MOVED = 'arn:aws:lambda:eu-west-1:000000000000:function:orders-2';
const OLD = FUNCTION_ARN.replace(':live', '');

/** A world whose events were sent to a function that is gone. */
function withoutFunction(): World {
  const world = new World();
  world.functions.clear();
  world.tagged.clear();
  return world;
}

async function replay(world: World, envelope = {}): Promise<{ sentTo: string[]; state: string | undefined; detail: string }> {
  const id = world.defer(requestIdOf(1), {}, envelope);
  const report = await world.simulation.run(world.replayer({ replay: 'MANUAL' }).replay({}, undefined, LONG));
  await world.simulation.run(world.simulation.sleep(LONG));
  return {
    sentTo: world.invocations.map(({ functionArn }) => functionArn),
    state: world.state(id),
    detail: report.waiting.map(({ why, detail }) => `${why}: ${detail}`).join(),
  };
}

describe('events of a function that is gone run on the one that carries its key now', () => {
  test('by the same alias, when it has one of that name', async () => {
    const world = withoutFunction();
    world.guard(`${MOVED}:live`);
    world.guard(MOVED);
    expect(await replay(world)).toEqual({ sentTo: [`${MOVED}:live`], state: 'DONE', detail: '' });
  });

  test('without an alias, when it has none of that name', async () => {
    const world = withoutFunction();
    world.guard(MOVED);
    expect(await replay(world)).toEqual({ sentTo: [MOVED], state: 'DONE', detail: '' });
  });

  test('never by the version: its number says nothing of another function', async () => {
    const world = withoutFunction();
    world.guard(`${MOVED}:7`);
    world.guard(MOVED);
    expect(await replay(world, { functionArn: { S: `${OLD}:7` } })).toEqual({ sentTo: [MOVED], state: 'DONE', detail: '' });
  });

  test('also when its alias alone is gone', async () => {
    const world = withoutFunction();
    world.guard(OLD);
    expect(await replay(world)).toEqual({ sentTo: [OLD], state: 'DONE', detail: '' });
  });

  test('also when its name now belongs to a function with another key', async () => {
    const world = new World();
    world.guard(FUNCTION_ARN, { [environment.functionKey]: 'bills' });
    world.guard(MOVED);
    expect(await replay(world)).toEqual({ sentTo: [MOVED], state: 'DONE', detail: '' });
  });

  test('though the tagging API still lists one that was deleted', async () => {
    const world = withoutFunction();
    world.tagged.set(OLD, 'orders');
    world.guard(MOVED);
    expect(await replay(world)).toEqual({ sentTo: [MOVED], state: 'DONE', detail: '' });
  });
});

test("the envelope's function comes first, and no tag is asked for", async () => {
  const world = new World();
  world.guard(MOVED);
  world.refuseTags = () => new Error('asked');
  expect(await replay(world)).toEqual({ sentTo: [FUNCTION_ARN], state: 'DONE', detail: '' });
});

test('a tag alone makes no target: what the function itself says of its key counts', async () => {
  const world = withoutFunction();
  world.guard(MOVED, { [environment.functionKey]: 'bills' });
  world.tagged.set(MOVED, 'orders');
  const { sentTo, state, detail } = await replay(world);
  expect([sentTo, state]).toEqual([[], 'PENDING']);
  expect(detail).toContain("orders-2 (guards other events: PATIENT_LAMBDA_FUNCTION_KEY is 'bills', not 'orders')");
});

test('an alias that leads to a version without the gate is not passed over', async () => {
  const world = withoutFunction();
  world.guard(`${MOVED}:live`, { [environment.wrapper]: '' });
  world.guard(MOVED);
  const { sentTo, detail } = await replay(world);
  expect(sentTo).toEqual([]);
  expect(detail).toContain("orders-2:live (lacks the gate: AWS_LAMBDA_EXEC_WRAPPER is '', not");
});

test('two functions with one key are refused by name', async () => {
  const world = withoutFunction();
  world.guard(MOVED);
  world.guard(MOVED.replace('-2', '-3'));
  expect(await replay(world)).toEqual({
    sentTo: [],
    state: 'PENDING',
    detail:
      'refused: orders:live is gone or untagged (AccessDeniedException: said AccessDeniedException), and more than one function carries its key ' +
      "'orders': orders-2, orders-3; remove the tag cdk-patient-lambda:function-key from all but one",
  });
});

test('without any function the reason names what was tried, and functions that were deployed before there was a tag', async () => {
  const world = withoutFunction();
  for (let number = 1; number <= 7; number++) {
    world.tagged.set(`arn:aws:lambda:eu-west-1:000000000000:function:old-${number}`, '');
  }
  expect((await replay(world)).detail).toBe(
    'refused: orders:live is gone or untagged (AccessDeniedException: said AccessDeniedException); no function of the store carries its key ' +
      "'orders' in the tag cdk-patient-lambda:function-key; deployed before there was such a tag, deploy again: old-1, old-2, old-3, old-4, old-5 " +
      "and 2 more; deploy a function with the functionKey 'orders' and this store",
  );
});

test.each(['TooManyRequestsException', 'ServiceException'])('a hit that answers %s decides nothing: a second one may be behind it', async (name) => {
  const world = withoutFunction();
  world.guard(MOVED);
  world.guard(MOVED.replace('-2', '-3'));
  world.refuseLook = (functionArn) => (functionArn.includes('orders-3') ? awsError(name, 500) : undefined);
  const { sentTo, state, detail } = await replay(world);
  expect([sentTo, state]).toEqual([[], 'PENDING']);
  expect(detail).toContain(`orders-3:live, which carries its key now, could not be looked at: ${name}`);
});

test('a tagging API that refuses is named', async () => {
  const world = withoutFunction();
  world.refuseTags = () => awsError('AccessDeniedException', 400);
  const { state, detail } = await replay(world);
  expect(state).toBe('PENDING');
  expect(detail).toContain("which function carries the key 'orders' now could not be asked: AccessDeniedException");
});

test('a function whose configuration Lambda does not tell now is not taken for one that is gone', async () => {
  const world = new World();
  world.guard(MOVED);
  world.refuseLook = (functionArn) => (functionArn === FUNCTION_ARN ? awsError('TooManyRequestsException', 429) : undefined);
  expect(await replay(world)).toMatchObject({ sentTo: [], detail: 'refused: TooManyRequestsException: said TooManyRequestsException' });
});

test('ticks of one rule are one after a move as well: the newest runs, wherever the others were sent to', async () => {
  const world = new World();
  world.functions.clear();
  world.guard(`${MOVED}:live`);
  const rule = { rule: { S: 'arn:aws:events:eu-west-1:000000000000:rule/r' } };
  const older = world.defer(requestIdOf(1), rule);
  const newer = world.defer(requestIdOf(2), rule, { functionArn: { S: `${MOVED}:live` } });
  await world.simulation.run(world.replayer({ replay: 'MANUAL' }).replay({}, undefined, LONG));
  await world.simulation.run(world.simulation.sleep(LONG));
  expect([world.state(older), world.state(newer)]).toEqual(['DISCARDED', 'DONE']);
});
