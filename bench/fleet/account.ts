/** One account in virtual time: services, their other users, a stack with a window, its planner, and a fleet under it. */
import { parameters } from '../../lambda/contract/names.json';
import { Fleet, type WindowSource } from './fleet';
import { Operator } from './operator';
import { Others } from './others';
import { plannerClients } from './planner-clients';
import { PlannerInvocations } from './planner-invocations';
import { realPlanner } from './real-planner';
import { MirrorTable } from './services/mirror-table';
import { ParameterStore } from './services/parameter-store';
import type { VirtualTime } from './virtual-time';

const STACK = 'orders-prod';
const WINDOW = 'Database';
const PREFIX = `${parameters.prefix}${STACK}/`;

/** When the operator's parameter was last written before the simulation, milliseconds before its start. */
const WRITTEN_BEFORE = 86_400_000;

export class Account {
  readonly parameterStore: ParameterStore;
  readonly mirror: MirrorTable;
  readonly planner: PlannerInvocations;
  readonly operator: Operator;
  readonly others: Others;
  readonly fleet: Fleet;

  constructor(
    readonly time: VirtualTime,
    source: WindowSource,
    initial: { readonly value: string; readonly version: number },
  ) {
    const parameter = `${PREFIX}${WINDOW}/${parameters.operator}`;
    this.parameterStore = new ParameterStore(time);
    this.parameterStore.seed({ Name: parameter, Value: initial.value, Version: initial.version, modified: time.now() - WRITTEN_BEFORE });
    this.mirror = new MirrorTable(time);
    this.operator = new Operator(time, this.parameterStore, parameter);
    this.others = new Others(time, this.parameterStore);
    this.fleet = new Fleet(time, this.parameterStore, this.mirror, parameter, source);
    this.planner = new PlannerInvocations(time, realPlanner(time, plannerClients(time, this.parameterStore, this.mirror), STACK, WINDOW));
    this.planner.listen(this.parameterStore, PREFIX);
  }

  /** Everything that goes on by itself, but for the fleet; the mirror is as a deployment left it in a moment. */
  begin(): void {
    this.time.begin(() => this.others.askForever());
    this.time.begin(() => this.planner.eachMinute());
  }
}
