/** What is simulated. Each case is a window, a fleet, and what happens to them. */
import { cacheTtlSeconds, mirrorStaleAfter } from '../../lambda/contract/maintenance-window/timing.json';
import type { Account } from './account';
import type { WindowSource } from './fleet';
import type { Trouble } from './services/service';
import type { FleetCase, Step } from './simulate';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TTL = cacheTtlSeconds.default * SECOND;

/** The promise for a plain put-parameter: with events of changes, without, and without a planner, where the quota adds what it takes. */
const WITH_EVENTS = TTL + 5 * SECOND;
const WITHOUT_EVENTS = TTL + 65 * SECOND;
const WITHOUT_PLANNER = TTL + mirrorStaleAfter.value;

/** When fleets begin; how long warm ones take to; and when somebody writes, which is a refresh of everybody later. */
const BEGIN = 10 * SECOND;
const WARMING = 60 * SECOND;
const WRITE = BEGIN + WARMING + TTL;
/** Watched for so long after the promise. */
const MORE = 20 * SECOND;

const on: Step['act'] = (account) => account.operator.put('on');
const auto: Step['act'] = (account) => account.operator.put('auto');
const remove: Step['act'] = (account) => account.operator.delete();
const plannerDies: Step['act'] = (account) => {
  account.planner.isAlive = false;
};
const eventsGetLost: Step['act'] = (account) => {
  account.planner.eventsArrive = false;
};
const mirrorIs =
  (trouble: Trouble | undefined): Step['act'] =>
  (account: Account) => {
    account.mirror.trouble = trouble;
  };

/** Thousands of environments are invoked less often: what they read depends little on it, and how long the simulation takes very much. */
function periodOf(environments: number): number {
  return environments > 2000 ? 5 * SECOND : SECOND;
}

function warm(environments: number): Pick<FleetCase, 'waves' | 'period'> {
  return { waves: [{ environments, from: BEGIN, within: WARMING }], period: periodOf(environments) };
}

/** For five seconds, in a window that is on. */
export function coldStarts(aSecond: number, source: WindowSource): FleetCase {
  const within = 5 * SECOND;
  return {
    title: `${aSecond} cold starts a second, window on`,
    source,
    initial: 'on',
    waves: [{ environments: (aSecond * within) / SECOND, from: BEGIN, within }],
    period: SECOND,
    steps: [],
    promise: null,
    end: BEGIN + within + MORE,
  };
}

/** As many as there are wake up within one second, in a window that is on. */
export function atOnce(environments: number): FleetCase {
  return {
    ...coldStarts(environments, 'MIRROR'),
    title: `${environments} environments start within one second, window on`,
    waves: [{ environments, from: BEGIN, within: SECOND }],
  };
}

/** Somebody writes `on` while environments are warm. */
export function written(environments: number, source: WindowSource): FleetCase {
  return {
    title: `${environments} warm, \`on\` is written`,
    source,
    initial: 'auto',
    ...warm(environments),
    steps: [{ at: WRITE, act: on }],
    promise: WITH_EVENTS,
    end: WRITE + WITH_EVENTS + MORE,
  };
}

/** The same while every event of a change gets lost, at the worst moment: a second after the planner's minute. */
export function writtenUnheard(environments: number): FleetCase {
  const afterTheMinute: Step['act'] = async (account) => {
    await account.planner.nextMinute();
    await account.time.sleep(SECOND);
    await account.operator.put('on');
  };
  return {
    ...written(environments, 'MIRROR'),
    title: `${environments} warm, \`on\` is written a second after the planner's minute, and every event gets lost`,
    steps: [
      { at: 0, act: eventsGetLost },
      { at: WRITE, act: afterTheMinute },
    ],
    promise: WITHOUT_EVENTS,
    end: WRITE + MINUTE + WITHOUT_EVENTS + MORE,
  };
}

/** The planner stands still for minutes, then somebody writes, and it is watched for some minutes at most how that becomes known. */
export function deadBeforeWrite(environments: number, minutes: number, watched: number): FleetCase {
  const dead = minutes * MINUTE;
  const write = dead + WRITE;
  return {
    title: `${environments} warm, the planner dead for ${minutes} minutes, \`on\` is written`,
    source: 'MIRROR',
    initial: 'auto',
    waves: [{ environments, from: dead + BEGIN, within: WARMING }],
    period: 2 * periodOf(environments),
    steps: [
      { at: BEGIN / 2, act: plannerDies },
      { at: write, act: on },
    ],
    promise: WITHOUT_PLANNER,
    end: write + watched * MINUTE,
    endsWhenHeld: true,
  };
}

/** The planner has mirrored the hold and stands still, for minutes in which environments are started too. */
export function deadAfterWrite(environments: number, minutes: number): FleetCase {
  const dies = WRITE + 10 * SECOND;
  const lasts = minutes * MINUTE;
  return {
    title: `${environments} warm, \`on\` is written and mirrored, then the planner dead for ${minutes} minutes with a cold start each ten seconds`,
    source: 'MIRROR',
    initial: 'auto',
    waves: [...warm(environments).waves, { environments: lasts / (10 * SECOND), from: dies, within: lasts }],
    period: 10 * SECOND,
    steps: [
      { at: WRITE, act: on },
      { at: dies, act: plannerDies },
    ],
    promise: WITH_EVENTS,
    end: dies + lasts,
  };
}

/** The parameter is deleted and made again in mid-window. */
export function madeAgain(environments: number): FleetCase {
  return {
    title: `${environments} warm, window on; the parameter is deleted, and made again as \`on\` half a minute later`,
    source: 'MIRROR',
    initial: 'on',
    ...warm(environments),
    steps: [
      { at: WRITE, act: remove },
      { at: WRITE + TTL, act: on },
    ],
    promise: null,
    end: WRITE + 3 * TTL,
  };
}

/** The parameter is deleted and made again, which brings its version back to 1: later writes have small versions, and count all the same. */
export function madeAgainAsAuto(environments: number): FleetCase {
  const again = WRITE + 4 * TTL;
  return {
    title: `${environments} warm, window on; the parameter is deleted, made again as \`auto\`, and \`on\` is written`,
    source: 'MIRROR',
    initial: 'on',
    ...warm(environments),
    steps: [
      { at: WRITE, act: remove },
      { at: WRITE + TTL, act: auto },
      { at: again, act: on },
    ],
    promise: WITH_EVENTS,
    end: again + WITH_EVENTS + MORE,
  };
}

const TROUBLES = { throttled: 'throttles', failing: 'fails', silent: 'does not answer' } as const;

/** DynamoDB is in trouble for a minute, in which environments go on that know of a hold, and others are started. */
export function mirrorInTrouble(environments: number, aSecond: number, trouble: Trouble): FleetCase {
  const lasts = 60 * SECOND;
  return {
    title: `${environments} warm, ${aSecond} a second starting, window on; DynamoDB ${TROUBLES[trouble]} for a minute`,
    source: 'MIRROR',
    initial: 'on',
    waves: [...warm(environments).waves, { environments: (aSecond * lasts) / SECOND, from: WRITE, within: lasts }],
    period: SECOND,
    steps: [
      { at: WRITE, act: mirrorIs(trouble) },
      { at: WRITE + lasts, act: mirrorIs(undefined) },
    ],
    promise: null,
    end: WRITE + lasts + TTL + MORE,
  };
}

/** Somebody writes `on` while DynamoDB fails, for a minute. */
export function writtenInTrouble(environments: number, trouble: Trouble): FleetCase {
  const lasts = 60 * SECOND;
  return {
    title: `${environments} warm, \`on\` is written while DynamoDB ${TROUBLES[trouble]} for a minute`,
    source: 'MIRROR',
    initial: 'auto',
    ...warm(environments),
    steps: [
      { at: WRITE - 5 * SECOND, act: mirrorIs(trouble) },
      { at: WRITE, act: on },
      { at: WRITE - 5 * SECOND + lasts, act: mirrorIs(undefined) },
    ],
    promise: lasts + WITHOUT_EVENTS,
    end: WRITE + lasts + WITHOUT_EVENTS + MORE,
  };
}

const COLD = [30, 100, 300, 1000];
const WARM = [1000, 2000, 10_000];
const TROUBLED = ['throttled', 'failing', 'silent'] as const;

export interface Section {
  readonly title: string;
  /** How to read it. */
  readonly text: string;
  readonly cases: readonly FleetCase[];
}

/** All of them, in the order of the report. */
export const SECTIONS: readonly Section[] = [
  {
    title: 'What is promised',
    text:
      `In force everywhere ${WITH_EVENTS / SECOND} s after a plain put-parameter, without events ${WITHOUT_EVENTS / SECOND} s after it; at once where the ` +
      'window was on before. Nobody else loses anything.',
    cases: [
      ...COLD.map((aSecond) => coldStarts(aSecond, 'MIRROR')),
      ...WARM.map((environments) => written(environments, 'MIRROR')),
      ...WARM.map(writtenUnheard),
      madeAgain(1000),
      madeAgainAsAuto(1000),
    ],
  },
  {
    title: 'While the planner is dead',
    text:
      `A hold that the mirror knows stays. A new one takes ${WITHOUT_PLANNER / SECOND} s and as long as the quota makes it: the last handler tells how ` +
      'long that was.',
    cases: [...WARM.map((environments) => deadBeforeWrite(environments, 60, 60)), deadAfterWrite(1000, 60), deadAfterWrite(10_000, 10)],
  },
  {
    title: 'While DynamoDB is in trouble',
    text: 'Gates read Parameter Store. Nothing is promised here of environments that start: those that learn nothing run handlers, for onWindowUnknown is RUN.',
    cases: [
      ...TROUBLED.flatMap((trouble) => [mirrorInTrouble(100, 1, trouble), mirrorInTrouble(1000, 10, trouble)]),
      ...TROUBLED.map((trouble) => writtenInTrouble(1000, trouble)),
    ],
  },
  {
    title: 'Beyond what is promised',
    text: 'More at once than a partition serves.',
    cases: [3000, 5000, 10_000].map(atOnce),
  },
  {
    title: 'Without a mirror',
    text: 'For comparison: every environment reads Parameter Store, which is what windowSource: PARAMETER_STORE asks for.',
    cases: [
      ...COLD.map((aSecond) => coldStarts(aSecond, 'PARAMETER_STORE')),
      ...WARM.map((environments) => written(environments, 'PARAMETER_STORE')),
    ],
  },
];
