/** Environments of one guarded function, and what their handlers and gates did. */
import { environment as names } from '../../lambda/contract/names.json';
import { readSettings, type Settings } from '../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { SimulatedEnvironment } from './environment';
import { GateClient } from './gate-client';
import type { MirrorTable } from './services/mirror-table';
import type { ParameterStore } from './services/parameter-store';
import { Timeline } from './timeline';
import type { VirtualTime } from './virtual-time';

export type WindowSource = 'MIRROR' | 'PARAMETER_STORE';

/** Cold starts, evenly spread. Milliseconds after the simulation's start. */
export interface Wave {
  readonly environments: number;
  readonly from: number;
  readonly within: number;
}

export class Fleet {
  /** Beginnings of handlers. */
  readonly runs: Timeline;
  /** Those among them where the invocation before was held. */
  readonly relapses: Timeline;
  readonly settings: Settings;
  private readonly client: GateClient;
  private readonly running = new Set<SimulatedEnvironment>();
  private readonly holding = new Set<SimulatedEnvironment>();

  constructor(
    private readonly time: VirtualTime,
    parameterStore: ParameterStore,
    mirror: MirrorTable,
    operatorParameter: string,
    source: WindowSource,
  ) {
    this.runs = new Timeline(time.now());
    this.relapses = new Timeline(time.now());
    this.client = new GateClient(parameterStore, mirror);
    this.settings = readSettings({
      [names.operatorParameter]: operatorParameter,
      [names.windowSource]: source,
      [names.table]: 't',
      [names.functionKey]: 'f',
    });
  }

  /** Environments whose last invocation ran. */
  get stillRunning(): number {
    return this.running.size;
  }

  /**
   * @param period milliseconds between an environment's invocations
   * @param end epoch milliseconds after which none comes
   */
  begin({ environments, from, within }: Wave, period: number, end: number): void {
    const start = this.time.now() + from;
    for (let n = 0; n < environments; n++) {
      this.time.begin(() => this.live(start + (n * within) / environments, period, end));
    }
  }

  private async live(start: number, period: number, end: number): Promise<void> {
    await this.time.sleep(start - this.time.now());
    const environment: SimulatedEnvironment = new SimulatedEnvironment(this.time, this.client, this.settings, {
      ran: () => {
        this.runs.add(this.time.now());
        this.running.add(environment);
        if (this.holding.delete(environment)) {
          this.relapses.add(this.time.now());
        }
      },
      held: () => {
        this.running.delete(environment);
        this.holding.add(environment);
      },
    });
    await environment.live(period, end);
  }
}
