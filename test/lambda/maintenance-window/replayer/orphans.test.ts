import { awsError, FUNCTION_ARN, requestIdOf, World } from '../state-machine/world';

const LONG = 900_000;
const MOVED = 'arn:aws:lambda:eu-west-1:000000000000:function:orders-2';

/** What a sweep publishes as Orphaned; undefined when nothing. */
async function orphaned(world: World): Promise<number | undefined> {
  world.metrics.length = 0;
  await world.simulation.run(world.replayer({ replay: 'MANUAL' }).sweep(LONG));
  return world.metrics.find(({ values }) => 'Orphaned' in values)?.values.Orphaned;
}

function threeEvents(world: World): World {
  [1, 2, 3].forEach((number) => world.defer(requestIdOf(number)));
  return world;
}

test('events of a function that is gone are counted in each sweep, also while nothing is replayed', async () => {
  const world = threeEvents(new World());
  world.functions.clear();
  world.tagged.clear();
  expect(await orphaned(world)).toBe(3);
  expect(world.logged).toContainEqual(
    expect.objectContaining({ functionKey: 'orders', events: 3, reason: expect.stringContaining('orders:live is gone') }),
  );
  world.guard(MOVED);
  expect(await orphaned(world)).toBe(0);
});

test('two functions with the key of one that is gone leave its events to nobody', async () => {
  const world = threeEvents(new World());
  world.functions.clear();
  world.tagged.clear();
  world.guard(MOVED);
  world.guard(MOVED.replace('-2', '-3'));
  expect(await orphaned(world)).toBe(3);
});

test('a function that carries its key costs no call to Lambda', async () => {
  const world = threeEvents(new World());
  world.tagged.set('arn:aws:lambda:eu-west-1:000000000000:function:others', 'others');
  expect(await orphaned(world)).toBe(0);
  expect(world.looks.filter((functionArn) => functionArn === FUNCTION_ARN)).toEqual([]);
});

test('what a drain found to have no target is counted, although a tag says otherwise', async () => {
  const world = threeEvents(new World());
  world.guard(FUNCTION_ARN, { PATIENT_LAMBDA_FUNCTION_KEY: 'bills' });
  world.tagged.set(FUNCTION_ARN.replace(':live', ''), 'orders');
  await world.simulation.run(world.replayer({ replay: 'AUTOMATIC' }).sweep(LONG));
  expect(world.metrics).toContainEqual({ dimension: 'Store', values: { Orphaned: 3 } });
});

test('a function that was deployed before there was a tag is looked at, and is there', async () => {
  const world = threeEvents(new World());
  world.tagged.set(FUNCTION_ARN.replace(':live', ''), '');
  expect(await orphaned(world)).toBe(0);
  expect(world.looks).toContain(FUNCTION_ARN);
});

test('a function that is there but lacks its gate is no orphan: its events wait for somebody', async () => {
  const world = threeEvents(new World());
  world.guard(FUNCTION_ARN, { AWS_LAMBDA_EXEC_WRAPPER: '' });
  world.tagged.clear();
  expect(await orphaned(world)).toBe(0);
});

test('a tagging API that refuses fails the sweep by name, after all else is done', async () => {
  const world = threeEvents(new World());
  world.refuseTags = () => awsError('AccessDeniedException', 400);
  await expect(orphaned(world)).rejects.toThrow(
    'sweep failed in part: count events without a function: AccessDeniedException: said AccessDeniedException; look at deployed gates: AccessDenied',
  );
  expect(world.metrics).toEqual([{ dimension: 'Store', values: expect.objectContaining({ Backlog: 3 }) }]);
});

test('a damaged row does not keep the others from being counted', async () => {
  const world = threeEvents(new World());
  world.functions.clear();
  world.tagged.clear();
  world.defer(requestIdOf(4), { functionKey: { S: 'bills' }, envelope: { M: {} } });
  expect(await orphaned(world)).toBe(3);
});
