import { setTimeout as sleep } from 'node:timers/promises';

import { type Execution, laneOf, type SentEvent } from './lanes';
import type { Senders } from './senders';
import type { Timeline } from './timeline';
import { unfinished, type Watch } from './watch';
import type { Window } from './window';

/** Shares of the events after which the window goes on and off again. */
const WINDOW_ON_AFTER = 0.5;
const WINDOW_OFF_AFTER = 0.9;
/** The example's cacheTtl: an environment may not know of what is in the mirror for that long. */
const CACHE_TTL_SECONDS = 5;
const ON = 'on # the demo: database upgrade';
const OFF = 'auto';
/** Longer than the replayer's sweep takes to come round (60 s) and to settle: when nothing moved for so long, nothing will. */
const STILL_SECONDS = 80;
/** The same while events wait to be replayed, on a machine that is busy with something else. */
const STILL_SECONDS_WITH_BACKLOG = 240;
/** How long everything must have been at rest before it counts: time for a second, wrong run to show. */
const REST_SECONDS = 4;

/** Deployments that the scenario makes: one in the window, one after it. */
export const DEPLOYMENTS = 2;

export interface Play {
  /** Orders that are sent. */
  readonly orders: number;
  /** Deploys a migration by its name. */
  readonly migrate: (id: string) => Promise<SentEvent>;
  readonly window: Window;
  /** Called when all that is deferred is at rest, just before the window goes off. */
  readonly beforeRelease?: () => Promise<void>;
}

/** When the window was on, epoch milliseconds. */
export interface WindowTimes {
  readonly on: number;
  readonly off: number;
}

export interface Outcome {
  readonly sent: readonly SentEvent[];
  readonly executions: readonly Execution[];
  readonly window: WindowTimes;
}

/** Sends orders and makes deployments through a maintenance window and waits until everything that was accepted ran, or nothing moves any more. */
export async function play(senders: Senders, watch: Watch, timeline: Timeline, options: Play): Promise<Outcome> {
  const { window } = options;
  const sent: SentEvent[] = [];
  const note = (event: SentEvent) => {
    sent.push(event);
    timeline.sent(event);
  };
  let orders = 0;
  const sendUntil = async (share: number) => {
    for (; orders < Math.round(options.orders * share); orders++) {
      note(await senders.send(laneOf(orders), `order-${String(orders).padStart(5, '0')}`));
    }
  };
  const learned = async (value: string) => {
    await window.mirrored(value);
    await sleep((CACHE_TTL_SECONDS + 1) * 1000);
  };
  const accepted = () => sent.filter((event) => !event.refused).length;

  timeline.phase('window off: sending');
  await sendUntil(WINDOW_ON_AFTER);

  const on = Date.now();
  await window.write(ON);
  timeline.window(true);
  timeline.phase(`window on: the planner mirrors it, and environments learn of it within ${CACHE_TTL_SECONDS} s`);
  await learned(ON);
  timeline.phase('window on: sending; events are kept, API requests and a deployment are refused');
  await Promise.all([sendUntil(WINDOW_OFF_AFTER), options.migrate('migration-1').then(note)]);
  await watch.still(REST_SECONDS);
  await options.beforeRelease?.();

  const off = Date.now();
  await window.write(OFF);
  timeline.window(false);
  timeline.phase('window off: sending the rest, deploying again');
  const deployedAgain = learned(OFF).then(() => options.migrate('migration-2'));
  await Promise.all([sendUntil(1), deployedAgain.then(note)]);
  timeline.phase('window off: what was kept is replayed');
  const allDone = await watch.until(
    (snapshot) => snapshot.executions.length >= accepted() && unfinished(snapshot) === 0,
    REST_SECONDS,
    (snapshot) => (unfinished(snapshot) > 0 ? STILL_SECONDS_WITH_BACKLOG : STILL_SECONDS),
  );
  return { sent, executions: allDone.executions, window: { on, off } };
}
