import { functionsInTurn } from '../../../../lambda/maintenance-window/replayer/deployed-gates';
import { awsError, World } from '../state-machine/world';

const LONG = 900_000;
const MINUTE = 60_000;
const arnOf = (name: string | number) => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;

/** Sweeps once a minute for an hour; the key and count of each GateMissing. */
async function anHour(world: World): Promise<[string, number][]> {
  for (let minute = 0; minute < 60; minute++) {
    await world.simulation.run(world.replayer({ replay: 'MANUAL' }).sweep(LONG));
    await world.simulation.run(world.simulation.sleep(MINUTE - (world.simulation.now() % MINUTE)));
  }
  return world.metrics.flatMap(({ dimension, values }) => ('GateMissing' in values ? [[dimension, values.GateMissing] as [string, number]] : []));
}

function deployed(...functions: [name: string, variables?: Record<string, string>][]): World {
  const world = new World();
  world.functions.clear();
  world.tagged.clear();
  functions.forEach(([name, variables]) => {
    world.guard(arnOf(name), { PATIENT_LAMBDA_FUNCTION_KEY: name, ...variables });
    world.tagged.set(arnOf(name), name);
  });
  return world;
}

test('a function that lost its gate after it was deployed is told once an hour, under its key; the others are not', async () => {
  const world = deployed(
    ['good'],
    ['rewrapped', { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel-instrument' }],
    ['disabled', { PATIENT_LAMBDA_DISABLED: 'true' }],
    ['emptied', { PATIENT_LAMBDA_OPERATOR_PARAMETER: '' }],
  );
  expect((await anHour(world)).sort()).toEqual([
    ['disabled', 1],
    ['emptied', 1],
    ['rewrapped', 1],
  ]);
  expect(world.looks).toHaveLength(4);
  expect(world.logged).toContainEqual(
    expect.objectContaining({ functionArn: arnOf('rewrapped'), reason: expect.stringContaining("'/opt/otel-instrument'") }),
  );
});

test('of a function without the tag of its key the variable says it, else its name', async () => {
  const world = deployed(
    ['one', { AWS_LAMBDA_EXEC_WRAPPER: '' }],
    ['two', { AWS_LAMBDA_EXEC_WRAPPER: '', PATIENT_LAMBDA_FUNCTION_KEY: 'Orders/Two' }],
  );
  world.tagged.set(arnOf('one'), '');
  world.tagged.set(arnOf('two'), '');
  world.functions.set(arnOf('one'), {});
  expect((await anHour(world)).sort()).toEqual([
    ['Orders/Two', 1],
    ['one', 1],
  ]);
});

test('a function that is gone, or that Lambda says nothing of now, is not said to lack its gate', async () => {
  const world = deployed(['gone'], ['throttled']);
  world.functions.delete(arnOf('gone'));
  world.refuseLook = (functionArn) => (functionArn === arnOf('throttled') ? awsError('TooManyRequestsException', 429) : undefined);
  expect(await anHour(world)).toEqual([]);
  const unclear = world.logged.filter(({ message }) => message === 'a function could not be looked at');
  expect(unclear.map(({ functionArn }) => functionArn)).toEqual([arnOf('throttled')]);
});

test.each([0, 1, 2, 59, 60, 61, 299, 300, 301, 1000])('of %d functions each is looked at once in a round, at most 5 a minute', (count) => {
  const functions = Array.from({ length: count }, (_, number) => ({ functionArn: arnOf(number) }));
  const round = Math.max(60, Math.ceil(count / 5));
  const minutes = Array.from({ length: round }, (_, minute) => functionsInTurn(functions, 'store', minute * MINUTE + 1234));
  expect(new Set(minutes.flat())).toEqual(new Set(functions));
  expect(minutes.flat()).toHaveLength(count);
  expect(Math.max(...minutes.map(({ length }) => length))).toBeLessThanOrEqual(5);
  expect(Math.max(...minutes.map(({ length }) => length))).toBe(Math.ceil(count / round));
});

test('stores of one account look at different minutes', () => {
  const minuteOf = (store: string) =>
    Array.from({ length: 60 }, (_, minute) => minute).find(
      (minute) => functionsInTurn([{ functionArn: arnOf(1) }], store, minute * MINUTE).length > 0,
    );
  expect(new Set(Array.from({ length: 100 }, (_, number) => minuteOf(`store-${number}`))).size).toBeGreaterThan(30);
});
