/** The planner's code as it runs in its function, over the simulated services. */
import { type Clock, systemClock } from '../../lambda/clock';
import { mirror as mirrorNames, plannerEnvironment as names } from '../../lambda/contract/names.json';
import { readEvent } from '../../lambda/maintenance-window/planner/event';
import { Mirror } from '../../lambda/maintenance-window/planner/mirror';
import { Rounds } from '../../lambda/maintenance-window/planner/rounds';
import { readSettings } from '../../lambda/maintenance-window/planner/settings';
import type { PlannerClients } from './planner-clients';
import type { PlannerFunction } from './planner-invocations';
import type { VirtualTime } from './virtual-time';

/** Milliseconds: the function's time limit. */
const FUNCTION_TIMEOUT = 120_000;

export function realPlanner(time: VirtualTime, clients: PlannerClients, stack: string, window: string): PlannerFunction {
  const clock: Clock = { ...systemClock, now: () => time.now() }; // the system's took hold of the real one when it was loaded
  const settings = readSettings({
    [names.mirror]: mirrorNames.tablePrefix + stack,
    [names.windows]: window,
    [names.stackId]: `arn:aws:cloudformation:eu-central-1:111111111111:stack/${stack}/1`,
  });
  const rounds = new Rounds({
    mirror: new Mirror(clients, settings.mirror, clock, Math.random),
    settings,
    clock,
    log: () => undefined,
    write: () => undefined,
  });
  return (event) => {
    const read = readEvent(event);
    return read.kind === 'CHANGE' ? rounds.changed(read.parameter, FUNCTION_TIMEOUT) : rounds.minute(FUNCTION_TIMEOUT);
  };
}
