import { Announcements } from '../../../../lambda/maintenance-window/planner/announcements';
import { MirrorWorld, operatorOf, plannedOf, refusal, START } from './mirror-world';

let world: MirrorWorld;

beforeEach(() => {
  world = new MirrorWorld();
});

async function write(value: string): Promise<void> {
  world.now += 1000;
  world.parameters.put(operatorOf('Window'), value);
  await world.round('Window');
}

describe('the event bus', () => {
  test('is told when a window opens and when it closes, once each', async () => {
    await write('on-until 2027-01-10T06:00Z # upgrade');
    await world.round('Window');
    expect(world.bus.told).toEqual([
      {
        type: 'Maintenance Window Opened',
        detail: {
          stack: 'Orders',
          window: 'Window',
          operatorParameter: operatorOf('Window'),
          until: '2027-01-10T06:00:00.000Z',
          reason: 'upgrade',
          seenAt: '2027-01-10T03:00:01.000Z',
        },
      },
    ]);
    expect(world.item('Window')!.announced).toBe('OPENED');
    await write('auto # done');
    await world.round('Window');
    expect(world.bus.told.slice(1)).toEqual([
      { type: 'Maintenance Window Closed', detail: expect.objectContaining({ until: null, reason: null, seenAt: '2027-01-10T03:00:02.000Z' }) },
    ]);
    expect(world.item('Window')!.announced).toBe('CLOSED');
  });

  test('is told nothing of a window that was never on', async () => {
    await write('auto');
    await write('off');
    expect(world.told).toEqual([]);
    expect(world.item('Window')!.announced).toBeUndefined();
  });

  test('hears of both ends of an interval that nobody touches, also while Parameter Store does not answer', async () => {
    world.parameters.put(plannedOf('Window'), 'until 2027-06-01T00:00Z;2027-01-10T03:30Z/PT1H');
    await write('auto');
    world.parameters.before = () => {
      throw refusal('AccessDeniedException');
    };
    world.now = START + 30 * 60_000;
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window']);
    world.now = START + 90 * 60_000;
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window', 'Closed Window']);
  });

  test('that refuses keeps no value from the mirror, and is told the next time', async () => {
    world.bus.always = 'NotAuthorizedForDetailTypeException';
    await write('on');
    const [{ untold, troubles }] = await world.round('Window');
    expect(untold).toContain('events:PutEvents failed, NotAuthorizedForDetailTypeException: NotAuthorizedForDetailTypeException happened');
    expect(troubles).toEqual([]);
    expect(world.item('Window')).toMatchObject({ operator: { value: 'on' }, announced: undefined });
    world.bus.always = undefined;
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window']);
  });

  test.each(['ThrottlingException', 'InternalFailure', refusal('InternalException', 500), new Error('socket hang up')])(
    'is told again within the round after %s',
    async (fault) => {
      world.bus.faults = [fault, fault];
      await write('on');
      expect(world.told).toEqual(['Opened Window']);
      expect(world.item('Window')!.announced).toBe('OPENED');
    },
  );

  test('is asked once about what it refuses by name', async () => {
    world.bus.always = 'MalformedDetail';
    await write('on');
    expect(world.bus.calls).toBe(1);
  });

  test('that fails keeps none of many windows from the mirror', async () => {
    const windows = Array.from({ length: 15 }, (_, index) => `Window${index}`);
    windows.forEach((window) => world.parameters.put(operatorOf(window), 'on'));
    world.bus.always = refusal('InternalException', 500);
    const outcomes = await world.round(...windows);
    expect(outcomes.map(({ untold }) => untold)).toEqual(windows.map(() => expect.stringContaining('InternalException')));
    expect(windows.map((window) => world.item(window)?.operator?.value)).toEqual(windows.map(() => 'on'));
  });

  test('that has failed once is not asked again in this round: the other windows would wait for it', async () => {
    const announcements = new Announcements(world.bus, world.clock, () => 0.5);
    const decision = { on: true, until: null, reason: null, plannedStale: false };
    const tell = (window: string) => announcements.tell('OPENED', { stack: 'Orders', window }, decision, world.now);
    world.bus.always = refusal('InternalException', 500);
    await expect(tell('A')).rejects.toThrow('InternalException');
    expect(world.now - START).toBeLessThanOrEqual(3_000);
    const { calls } = world.bus;
    await expect(tell('B')).rejects.toThrow('InternalException');
    expect(world.bus.calls).toBe(calls);
  });

  test('hears of an opening again when another round has told and written that before this one has told of the closing', async () => {
    await write('on');
    world.now += 1000;
    world.parameters.put(operatorOf('Window'), 'off');
    let once = true;
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem' && once) {
        once = false;
        const on = { operator: { S: 'on' }, operatorVersion: { N: '3' }, operatorModified: { N: String(world.now + 1) }, revision: { N: '3' } };
        world.dynamodb.put({ ...world.dynamodb.item(operatorOf('Window'))!, ...on });
      }
    };
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window', 'Closed Window', 'Opened Window']);
    expect(world.item('Window')!.announced).toBe('OPENED');
  });

  test('hears of a closing when another round has written that while this one told of the opening', async () => {
    await write('auto');
    world.now += 1000;
    world.parameters.put(operatorOf('Window'), 'on');
    let once = true;
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem' && once) {
        once = false;
        const off = { operator: { S: 'off' }, operatorVersion: { N: '3' }, operatorModified: { N: String(world.now + 1) }, revision: { N: '2' } };
        world.dynamodb.put({ ...world.dynamodb.item(operatorOf('Window'))!, ...off });
      }
    };
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window', 'Closed Window']);
    expect(world.item('Window')!.announced).toBe('CLOSED');
  });

  test('is told of an opening again by the next round when this one was killed before it wrote that down', async () => {
    await write('auto');
    world.parameters.put(operatorOf('Window'), 'on');
    world.dynamodb.before = (operation) => {
      if (operation === 'PutItem') {
        throw refusal('AccessDeniedException');
      }
    };
    await world.round('Window');
    world.dynamodb.before = () => undefined;
    await world.round('Window');
    expect(world.told).toEqual(['Opened Window', 'Opened Window']);
  });
});
