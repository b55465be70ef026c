/**
 * Ends in time, whatever fails: CloudFormation is told before it stops waiting, for every ServiceTimeout from two minutes to an hour, every execution
 * length and every lasting fault of what the runtime calls, by a responder that comes 12 seconds late: Lambda's queue and a cold start.
 * A sample of cases by default, and the worst of each kind; `PATIENT_LAMBDA_CASES=20000` runs that many.
 */
import * as fc from 'fast-check';

import type { CloudFormationRequest } from '../../../lambda/cloudformation/request';
import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, wait } from '../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import type { AnyHandlers, OperationContext, Result } from '../../../lambda/custom-resource/runtime/nodejs/types';
import { request, STACK, START } from './runtime/nodejs/requests';
import { type Fate, never, World } from './world';

const CASES = Number(process.env.PATIENT_LAMBDA_CASES ?? 150);
/** Milliseconds. */
const LATE_RESPONDER = 12_000;
/** What an execution takes to end while code of its handler still runs. */
const ENDING = 1_000;
const LEAST_ATTEMPT = 2_000;
const UNREACHABLE_FOR = 60_000;
const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });

// A bound for a machine that is busy, no expectation
jest.setTimeout(1_200_000);

/** What the calls of the runtime come to, for good. */
const FAULTS: Readonly<Record<string, { readonly invoke?: Fate; readonly put?: Fate; readonly stacks?: Fate; readonly secrets?: Fate }>> = {
  'none': {},
  'Invoke is denied': { invoke: 'is denied' },
  'Invoke is silent': { invoke: 'hangs' },
  'Invoke is throttled': { invoke: 'is throttled' },
  'PUT is silent': { put: 'hangs' },
  'PUT is refused': { put: 403 },
  'PUT gets 503': { put: 503 },
  'PUT has no route': { put: 'fails' },
  'DescribeStacks is silent': { stacks: 'hangs' },
  'DescribeStacks is denied': { stacks: 'is denied' },
  'Secrets Manager is silent': { secrets: 'hangs' },
  'Secrets Manager is denied': { secrets: 'is denied' },
  'nothing gets out': { invoke: 'hangs', put: 'hangs', stacks: 'hangs', secrets: 'hangs' },
};

/** What a handler comes to at last, and how: at a signal it stops at once, late or never. */
const ENDINGS = ['is done', 'throws', 'waits on', 'hangs', 'stops at the signal', 'stops 10 s after the signal'] as const;

const share = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }));
const anyScenario = {
  type: fc.constantFrom<CloudFormationRequest['RequestType']>('Create', 'Update', 'Delete'),
  /** Seconds. */
  executionTimeout: fc.oneof(fc.constantFrom(15, 60, 150, 900), fc.integer({ min: 15, max: 900 })),
  fault: fc.constantFrom(...Object.keys(FAULTS)),
  /** When the fault begins, and when the handler comes to its end, as shares of the ServiceTimeout. */
  faultAt: share,
  endAt: share,
  /** When the request is delivered, as a share of the time to its deadline. */
  deliveredAt: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.99, noNaN: true })),
  ending: fc.constantFrom(...ENDINGS),
  waits: fc.boolean(),
  named: fc.boolean(),
  /** Seconds between polls; undefined for the runtime's own choice. */
  after: fc.constantFrom(undefined, 1, 30, 600),
  onTimeout: fc.constantFrom(undefined, 'returns', 'hangs'),
};
const scenario = fc.record({
  ...anyScenario,
  /** Seconds. */
  serviceTimeout: fc.oneof(fc.integer({ min: 120, max: 400 }), fc.integer({ min: 120, max: 3600 })),
});
const shortScenario = fc.record({ ...anyScenario, serviceTimeout: fc.integer({ min: 30, max: 119 }), deliveredAt: fc.constant(0) });
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The worst of each kind: a cap that is taken away fails one of these. */
const WORST: [Scenario][] = [
  [{ ...base(), serviceTimeout: 360, fault: 'Invoke is denied', named: true }],
  [{ ...base(), serviceTimeout: 360, fault: 'Invoke is silent', named: true }],
  [{ ...base(), serviceTimeout: 360, fault: 'PUT is silent', ending: 'is done', waits: false }],
  [{ ...base(), serviceTimeout: 3600, fault: 'PUT has no route', ending: 'is done', endAt: 0.97 }],
  [{ ...base(), serviceTimeout: 120, fault: 'PUT gets 503', ending: 'hangs', onTimeout: 'hangs' }],
  [{ ...base(), serviceTimeout: 120, executionTimeout: 118, fault: 'PUT is silent', ending: 'hangs', onTimeout: 'hangs' }],
  [{ ...base(), serviceTimeout: 120, executionTimeout: 15, fault: 'PUT is silent', ending: 'hangs', waits: false }],
];

function base(): Scenario {
  return {
    type: 'Create',
    serviceTimeout: 360,
    executionTimeout: 900,
    fault: 'none',
    faultAt: 0,
    endAt: 0,
    deliveredAt: 0,
    ending: 'waits on',
    waits: true,
    named: false,
    after: undefined,
    onTimeout: undefined,
  };
}

function worldOf({ executionTimeout, serviceTimeout, fault, faultAt }: Scenario): World {
  const world = new World();
  const begun = () => world.clock.now() >= START + faultAt * serviceTimeout * 1000;
  const lasting = (fate?: Fate) => (): Fate => (fate !== undefined && begun() ? fate : 'ok');
  world.executionTimeout = executionTimeout;
  world.responderDelay = LATE_RESPONDER;
  const { put, invoke, stacks, secrets } = FAULTS[fault];
  world.lastingFates = { put: lasting(put), invoke: lasting(invoke) };
  const read = async <T>(fate: Fate | undefined, value: T, signal?: AbortSignal): Promise<T> => {
    switch (lasting(fate)()) {
      case 'hangs':
        // As the SDK does
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
      case 'is denied':
        throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
      default:
        return value;
    }
  };
  world.stackStatus = (signal) => read(stacks, 'CREATE_IN_PROGRESS', signal);
  world.readSecret = (_, signal) => read(secrets, { value: '{"password":"correct horse"}', versionId: 'v1' }, signal);
  return world;
}

function handlersOf(world: World, { type, serviceTimeout, endAt, ending, waits, named, after, onTimeout }: Scenario): AnyHandlers {
  const end = async ({ signal }: OperationContext): Result<Record<string, never>, null> => {
    const stopped = () => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    switch (ending) {
      case 'is done':
        return done();
      case 'throws':
        throw new Error('boom');
      case 'hangs':
        return never();
      case 'stops at the signal':
        await stopped();
        throw new Error('stopped');
      case 'stops 10 s after the signal':
        await stopped();
        await world.clock.alarm(10_000);
        throw new Error('stopped');
      case 'waits on':
        return goOn();
    }
  };
  const goOn = () => wait(null, { afterSeconds: after, physicalResourceId: named && type !== 'Delete' ? 'named' : undefined });
  const isOver = () => world.clock.now() >= START + endAt * serviceTimeout * 1000;
  const first = async (_: unknown, context: OperationContext) => (waits ? goOn() : end(context));
  return {
    create: first,
    update: first,
    delete: async (_, context) => (await context.stack(), first(_, context)),
    poll: async (_, __, context) => (isOver() ? end(context) : goOn()),
    ...(onTimeout && { onTimeout: () => (onTimeout === 'hangs' ? never() : undefined) }),
  };
}

const PROPERTIES = { ServiceToken: 'arn', Password: '{{resolve:secretsmanager:Db:SecretString:password::}}' };

async function play(given: Scenario): Promise<World> {
  const world = worldOf(given);
  const event = request(given.type, {
    ResourceProperties: { ...(FAULTS[given.fault].secrets ? PROPERTIES : {}), ServiceTimeout: String(given.serviceTimeout) },
  });
  const timeout = given.serviceTimeout * 1000;
  await world.clock.sleep(given.deliveredAt * (timeout - Math.min(60_000, timeout / 5)));
  await world.run(handlersOf(world, given), event);
  return world;
}

/** The ids that the one answer may have. */
function rightIds({ type, named, waits, ending }: Scenario, { told, puts, payloads }: World): readonly string[] {
  const names = named && (waits || ending === 'waits on');
  if (type !== 'Create') {
    return told[0].Status === 'SUCCESS' && type === 'Update' && names ? ['named'] : ['own-1'];
  }
  if (names && (payloads.length > 0 || puts.length > 0)) {
    // Where the handler was not called at all, for its secrets could not be read, nothing was made
    return told[0].PhysicalResourceId === createFailedId ? [createFailedId] : ['named'];
  }
  return [DEFAULT_ID, createFailedId];
}

/** An answer that does not get through leaves the responder half of what was left, and of an hour all but a minute when nothing answers. */
function expectLeftToTheResponderInTime({ fault, serviceTimeout }: Scenario, { putTimes, recordedAt, records }: World): void {
  const [record] = records as { responsePayload?: { errorType: string } }[];
  if (record?.responsePayload?.errorType === 'AnswerNotDelivered') {
    const tried = recordedAt[0] - putTimes[0];
    expect(tried).toBeLessThanOrEqual(Math.max(LEAST_ATTEMPT, (START + serviceTimeout * 1000 - putTimes[0]) / 2) + ENDING);
    if (['hangs', 'fails'].includes(FAULTS[fault].put as string)) {
      expect(tried).toBeLessThanOrEqual(UNREACHABLE_FOR + ENDING);
    }
  }
}

test('CloudFormation is told in time, once or alike, with the right id', async () => {
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const world = await play(given);
      cases += 1;
      expect(world.told).toHaveLength(1);
      expect(world.toldAt[0]).toBeLessThan(START + given.serviceTimeout * 1000);
      expect(new Set(world.puts.map((put) => `${put.Status} ${put.PhysicalResourceId}`)).size).toBe(1);
      expect(rightIds(given, world)).toContain(world.told[0].PhysicalResourceId);
      expectLeftToTheResponderInTime(given, world);
    }),
    { numRuns: CASES, examples: WORST },
  );
  process.stdout.write(`from 120 s on: ${cases} cases of ${Object.keys(FAULTS).length} faults, 0 untold\n`);
});

test('below 120 s CloudFormation is told where function and PUT work, and after a fault where there is time', async () => {
  const count = { cases: 0, withoutFault: 0, untold: 0 };
  await fc.assert(
    fc.asyncProperty(shortScenario, async (given) => {
      const world = await play(given);
      const isTold = world.told.length === 1 && world.toldAt[0] < START + given.serviceTimeout * 1000;
      const works = FAULTS[given.fault].put === undefined && FAULTS[given.fault].invoke === undefined;
      expect(isTold || !works).toBe(true);
      count.cases += 1;
      count.withoutFault += works ? 1 : 0;
      count.untold += isTold ? 0 : 1;
    }),
    { numRuns: CASES / 2 },
  );
  process.stdout.write(`from 30 to 119 s: ${count.cases} cases, ${count.withoutFault} with PUT and Invoke, of the others ${count.untold} untold\n`);
});
