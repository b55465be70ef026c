/** What of AWS invokes the planner: a schedule each minute, and events of changed parameters, which take a while or get lost. */
import type { Operation, ParameterStore } from './services/parameter-store';
import type { VirtualTime } from './virtual-time';

const MINUTE = 60_000;
/** Milliseconds until an event of Parameter Store has invoked the function: the least, and what chance adds. */
const EVENT_WAY = 1000;
const MORE_WAY = 1000;

/** The function, that serves an event as Lambda hands it over. */
export type PlannerFunction = (event: unknown) => Promise<void>;

export class PlannerInvocations {
  /** False: nothing of the function runs. */
  isAlive = true;
  /** False: each event gets lost on its way. */
  eventsArrive = true;
  /** Invocations that failed. */
  failures = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly time: VirtualTime,
    private readonly plan: PlannerFunction,
  ) {}

  /** Invokes now, as the deployment did, and each minute until the simulation ends, at a second that chance decides. */
  async eachMinute(): Promise<void> {
    for (let pause = this.time.random() * MINUTE; ; pause = MINUTE) {
      this.invoke({ 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} });
      this.waiting.splice(0).forEach((resolve) => resolve());
      await this.time.sleep(pause);
    }
  }

  /** Resolves when the schedule next invokes. */
  nextMinute(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  listen(parameterStore: ParameterStore, prefix: string): void {
    parameterStore.onChange = (name, operation) => {
      if (name.startsWith(prefix) && this.eventsArrive) {
        this.time.begin(() => this.bring(name, operation));
      }
    };
  }

  private async bring(name: string, operation: Operation): Promise<void> {
    await this.time.sleep(EVENT_WAY + this.time.random() * MORE_WAY);
    this.invoke({ 'source': 'aws.ssm', 'detail-type': 'Parameter Store Change', 'detail': { name, operation } });
  }

  private invoke(event: unknown): void {
    if (this.isAlive) {
      this.plan(event).catch(() => this.failures++);
    }
  }
}
