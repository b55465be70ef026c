/**
 * Ends in time, whatever fails: CloudFormation is told before it stops waiting, for every ServiceTimeout from two minutes to an hour, every execution
 * length and every lasting fault of what the runtime calls, by a responder that comes 12 seconds late: Lambda's queue and a cold start.
 * `PATIENT_LAMBDA_CASES=20000` runs that many cases.
 */
import * as fc from 'fast-check';

import type { CloudFormationRequest } from '../../../lambda/cloudformation/request';
import { createFailedId } from '../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, wait } from '../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import type { AnyHandlers, OperationContext, Result } from '../../../lambda/custom-resource/runtime/nodejs/types';
import { request, STACK, START } from './runtime/nodejs/requests';
import { type Fate, never, World } from './world';

const CASES = Number(process.env.PATIENT_LAMBDA_CASES ?? 600);
/** Milliseconds. */
const LATE_RESPONDER = 12_000;
/** What an execution takes to end while code of its handler still runs. */
const ENDING = 1_000;
const LEAST_ATTEMPT = 2_000;
const UNREACHABLE_FOR = 60_000;
const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });

// A bound for a machine that is busy, no expectation
jest.setTimeout(1_200_000);

const FAULTS = [
  'none',
  'Invoke is denied',
  'Invoke is silent',
  'Invoke is throttled',
  'PUT is silent',
  'PUT is refused',
  'PUT gets 503',
  'PUT has no route',
  'DescribeStacks is silent',
  'Secrets Manager is silent',
] as const;
type Fault = (typeof FAULTS)[number];

const PUTS: Partial<Record<Fault, Fate>> = { 'PUT is silent': 'hangs', 'PUT is refused': 403, 'PUT gets 503': 503, 'PUT has no route': 'fails' };
const INVOKES: Partial<Record<Fault, Fate>> = { 'Invoke is denied': 'is denied', 'Invoke is silent': 'hangs', 'Invoke is throttled': 'is throttled' };

/** What a handler comes to at last, and how: at a signal it stops at once, late or never. */
const ENDINGS = ['is done', 'throws', 'waits on', 'hangs', 'stops at the signal', 'stops 10 s after the signal'] as const;

const scenario = fc.record({
  type: fc.constantFrom<CloudFormationRequest['RequestType']>('Create', 'Update', 'Delete'),
  /** Seconds. */
  serviceTimeout: fc.oneof(fc.integer({ min: 120, max: 400 }), fc.integer({ min: 120, max: 3600 })),
  executionTimeout: fc.oneof(fc.constantFrom(15, 60, 150, 900), fc.integer({ min: 15, max: 900 })),
  fault: fc.constantFrom(...FAULTS),
  /** When the fault begins, and when the handler comes to its end, as shares of the ServiceTimeout. */
  faultAt: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  endAt: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  ending: fc.constantFrom(...ENDINGS),
  waits: fc.boolean(),
  named: fc.boolean(),
  /** Seconds between polls; undefined for the runtime's own choice. */
  after: fc.constantFrom(undefined, 1, 30, 600),
  onTimeout: fc.constantFrom(undefined, 'returns', 'hangs'),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The worst of each kind: a cap that is taken away fails one of these. */
const WORST: [Scenario][] = [
  [{ ...base(), serviceTimeout: 360, fault: 'Invoke is denied', named: true }],
  [{ ...base(), serviceTimeout: 360, fault: 'Invoke is silent', named: true }],
  [{ ...base(), serviceTimeout: 360, fault: 'PUT is silent', ending: 'is done', waits: false }],
  [{ ...base(), serviceTimeout: 3600, fault: 'PUT has no route', ending: 'is done', endAt: 0.97 }],
  [{ ...base(), serviceTimeout: 120, fault: 'PUT gets 503', ending: 'hangs', onTimeout: 'hangs' }],
  [{ ...base(), serviceTimeout: 120, executionTimeout: 118, fault: 'PUT is silent', ending: 'hangs', onTimeout: 'hangs' }],
];

function base(): Scenario {
  return {
    type: 'Create',
    serviceTimeout: 360,
    executionTimeout: 900,
    fault: 'none',
    faultAt: 0,
    endAt: 0,
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
  world.lastingFates = { put: lasting(PUTS[fault]), invoke: lasting(INVOKES[fault]) };
  world.stackStatus = () => (fault === 'DescribeStacks is silent' && begun() ? never() : 'CREATE_IN_PROGRESS');
  world.readSecret = () =>
    fault === 'Secrets Manager is silent' && begun() ? never() : Promise.resolve({ value: 'correct horse', versionId: 'v1' });
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
    ResourceProperties: { ...(given.fault === 'Secrets Manager is silent' ? PROPERTIES : {}), ServiceTimeout: String(given.serviceTimeout) },
  });
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
    if (fault === 'PUT is silent' || fault === 'PUT has no route') {
      expect(tried).toBeLessThanOrEqual(UNREACHABLE_FOR + ENDING);
    }
  }
}

test('CloudFormation is told in time, once or alike, with the right id', async () => {
  let cases = 0;
  const faults = new Map<Fault, number>();
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const world = await play(given);
      cases += 1;
      faults.set(given.fault, (faults.get(given.fault) ?? 0) + 1);
      expect(world.told).toHaveLength(1);
      expect(world.toldAt[0]).toBeLessThan(START + given.serviceTimeout * 1000);
      expect(new Set(world.puts.map((put) => `${put.Status} ${put.PhysicalResourceId}`)).size).toBe(1);
      expect(rightIds(given, world)).toContain(world.told[0].PhysicalResourceId);
      expectLeftToTheResponderInTime(given, world);
    }),
    { numRuns: CASES, examples: WORST },
  );
  process.stdout.write(`ends in time: ${cases} cases, 0 untold; ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}\n`);
});
