import { Rounds } from '../../../../lambda/maintenance-window/planner/rounds';
import { MirrorWorld, operatorOf, plannedOf, refusal, STACK, TABLE, windowNamed } from './mirror-world';

let world: MirrorWorld;
let lines: Record<string, unknown>[];
let logged: Record<string, unknown>[];

beforeEach(() => {
  world = new MirrorWorld();
  lines = [];
  logged = [];
});

function rounds(...windows: string[]): Rounds {
  return new Rounds({
    mirror: world.mirror,
    settings: { mirror: TABLE, stack: STACK, stackId: 'arn:aws:cloudformation:us-east-1:1:stack/Orders/1', windows: windows.map(windowNamed) },
    clock: world.clock,
    log: (message, details) => logged.push({ message, ...details }),
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
}

const published = () => lines.map(({ Window, WindowOn, ForcedOnAge, MirrorStale }) => ({ Window, WindowOn, ForcedOnAge, MirrorStale }));

describe('the minute', () => {
  test('publishes how each window is, in the embedded format', async () => {
    world.parameters.put(operatorOf('Off'), 'auto');
    world.parameters.put(operatorOf('On'), 'on');
    world.parameters.put(operatorOf('Until'), 'on-until 2027-01-10T06:00Z');
    world.now += 90_000;
    await rounds('Off', 'On', 'Until', 'InTheMaking').minute(120_000);
    expect(published()).toEqual([
      { Window: 'Orders/Off', WindowOn: 0, ForcedOnAge: 0, MirrorStale: 0 },
      { Window: 'Orders/On', WindowOn: 1, ForcedOnAge: 90, MirrorStale: 0 },
      { Window: 'Orders/Until', WindowOn: 1, ForcedOnAge: 0, MirrorStale: 0 },
    ]);
    expect(lines[0]._aws).toEqual({
      Timestamp: world.now,
      CloudWatchMetrics: [
        {
          Namespace: 'CdkPatientLambda',
          Dimensions: [['Window']],
          Metrics: [
            { Name: 'WindowOn', Unit: 'Count' },
            { Name: 'ForcedOnAge', Unit: 'Seconds' },
            { Name: 'MirrorStale', Unit: 'Count' },
          ],
        },
      ],
    });
    expect(logged).toEqual([]);
  });

  test('says of a window that it is not mirrored by metric and log, and still how it is', async () => {
    world.parameters.put(operatorOf('Window'), 'on');
    await world.round('Window');
    world.parameters.put(operatorOf('Window'), 'enabled');
    await rounds('Window').minute(120_000);
    expect(published()).toEqual([{ Window: 'Orders/Window', WindowOn: 1, ForcedOnAge: 0, MirrorStale: 1 }]);
    expect(logged).toEqual([
      {
        message: 'a window is not mirrored as Parameter Store has it',
        parameter: operatorOf('Window'),
        cause: expect.stringContaining("'enabled'"),
        fix: expect.stringContaining('write a value'),
      },
    ]);
  });

  test('says of a window that nobody could ever read that alone', async () => {
    world.parameters.put(operatorOf('Window'), 'enabled');
    await rounds('Window').minute(120_000);
    expect(published()).toEqual([{ Window: 'Orders/Window', WindowOn: undefined, ForcedOnAge: undefined, MirrorStale: 1 }]);
  });

  test('fails in the end, when all else is done, for an event that was not told', async () => {
    ['A', 'B'].forEach((window) => world.parameters.put(operatorOf(window), 'on'));
    world.bus.always = 'MalformedDetail';
    await expect(rounds('A', 'B').minute(120_000)).rejects.toThrow(
      'the event bus was not told of A, B: Error: events:PutEvents failed, MalformedDetail',
    );
    expect(lines).toHaveLength(2);
    expect(world.item('B')!.operator!.value).toBe('on');
  });

  test.each([
    [120_000, 50_000],
    [20_000, 15_000],
    [1_000, 0],
  ])('with %d ms left of its invocation takes %d ms at most', async (remaining, most) => {
    world.parameters.put(operatorOf('Window'), 'on');
    world.parameters.before = () => {
      throw refusal('ThrottlingException');
    };
    const begin = world.now;
    await rounds('Window').minute(remaining);
    expect(world.now - begin).toBeLessThanOrEqual(most);
    expect(published()).toEqual([{ Window: 'Orders/Window', WindowOn: undefined, ForcedOnAge: undefined, MirrorStale: 1 }]);
  });
});

describe('a change', () => {
  test.each([operatorOf('B'), plannedOf('B')])('of %s mirrors its window alone, without metrics', async (parameter) => {
    ['A', 'B'].forEach((window) => world.parameters.put(operatorOf(window), 'on'));
    await rounds('A', 'B').changed(parameter, 120_000);
    expect([...world.dynamodb.items.keys()]).toEqual([operatorOf('B')]);
    expect(world.parameters.calls).toEqual([[operatorOf('B'), plannedOf('B')]]);
    expect([lines, logged]).toEqual([[], []]);
    expect(world.told).toEqual(['Opened B']);
  });

  test('mirrors a window that a deployment has taken off the list, as long as it has an item', async () => {
    world.parameters.put(operatorOf('Renamed'), 'auto');
    await world.round('Renamed');
    world.parameters.put(operatorOf('Renamed'), 'on');
    await rounds('A').changed(operatorOf('Renamed'), 120_000);
    expect(world.item('Renamed')!.operator!.value).toBe('on');
  });

  test.each([operatorOf('Removed'), '/cdk-patient-lambda/windows/Billing/A/operator', '/cdk-patient-lambda/windows/Orders/A/b/operator', 'x'])(
    'of %s, which is none of the windows, is said and does nothing',
    async (parameter) => {
      world.parameters.put(parameter, 'on');
      await rounds('A').changed(parameter, 120_000);
      expect(world.parameters.calls).toEqual([]);
      expect(logged).toEqual([expect.objectContaining({ parameter })]);
    },
  );

  test('that was a removal keeps the last value', async () => {
    world.parameters.put(operatorOf('A'), 'on');
    await rounds('A').changed(operatorOf('A'), 120_000);
    world.parameters.stored.clear();
    await rounds('A').changed(operatorOf('A'), 120_000);
    expect(world.item('A')!.operator!.value).toBe('on');
    expect(logged).toHaveLength(1);
  });
});
