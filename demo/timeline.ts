import { LANES, type SentEvent } from './lanes';
import type { Operation } from './operation';
import { type Snapshot, unfinished } from './watch';

const BAR = 24;
/** Without a terminal a line is printed when something changed, and at the least this often. */
const PLAIN_EVERY_MS = 5000;
/** While nothing is seen, the phase is repeated: a little later, so that what is seen goes first. */
const SILENCE_MS = 7000;

/** How much of the custom resource's time one character stands for. */
const UNIT_MS = 3000;

/** Shows, while the demo runs, how far each source of each function has come. Redraws in a terminal, prints lines elsewhere. */
export class Timeline {
  private readonly startedAt = Date.now();
  private readonly events: SentEvent[] = [];
  private snapshot: Snapshot = { executions: [], deferred: new Map() };
  private operation?: Operation;
  private phaseText = '';
  private windowOn = false;
  private drawn = 0;
  private printedAt = Date.now();
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly total: number,
  ) {
    this.heartbeat = setInterval(() => this.beat(), 1000);
  }

  /** Ends the display; lines can still be logged. */
  stop(): void {
    clearInterval(this.heartbeat);
    this.drawn = 0;
  }

  /** A line that stays. */
  log(line: string): void {
    this.erase();
    this.out.write(`${this.clock()} ${line}\n`);
    this.printedAt = Date.now();
  }

  /** Names what happens from now on. */
  phase(text: string): void {
    this.phaseText = text;
    this.log(text);
  }

  window(on: boolean): void {
    this.windowOn = on;
    this.log(on ? '######## maintenance window ON  ########' : '######## maintenance window OFF ########');
  }

  sent(event: SentEvent): void {
    this.events.push(event);
    if (!this.out.isTTY && Date.now() - this.printedAt >= PLAIN_EVERY_MS) {
      this.log(this.summary());
    }
  }

  /** @param operation the custom resource's, once it has begun */
  seen(snapshot: Snapshot, operation: Operation | undefined): void {
    this.snapshot = snapshot;
    this.operation = operation;
    if (this.out.isTTY) {
      this.draw();
    } else if (this.phaseText && Date.now() - this.printedAt >= PLAIN_EVERY_MS) {
      this.log(this.summary());
    }
  }

  private beat(): void {
    if (Date.now() - this.printedAt >= SILENCE_MS && this.drawn === 0) {
      this.log(`... ${this.phaseText}`);
    }
  }

  private draw(): void {
    this.erase();
    const lines = [this.summary(), ...LANES.map((lane) => this.lane(lane)), this.operationLane()];
    this.out.write(lines.join('\n') + '\n');
    this.drawn = lines.length;
  }

  private erase(): void {
    if (this.drawn > 0) {
      this.out.write(`\x1b[${this.drawn}A\x1b[J`);
    }
    this.drawn = 0;
  }

  private summary(): string {
    const refused = this.events.filter((event) => event.refused).length;
    const { executions } = this.snapshot;
    const replayed = executions.filter((execution) => execution.replayed).length;
    return (
      `window ${this.windowOn ? 'ON ' : 'off'}  sent ${this.events.length}/${this.total}  refused ${refused}  ran ${executions.length}` +
      ` (${replayed} replayed)  kept ${unfinished(this.snapshot)}  custom resource ${this.operationText()}`
    );
  }

  private operationText(): string {
    if (!this.operation) {
      return 'not begun';
    }
    const { hops, polls, answers } = this.operation;
    return `${answers[0]?.status ?? `in execution ${hops.length}`}, ${polls.length} polls`;
  }

  /** The executions of the custom resource's function, each by its number for as long as it took, and the answer (!). */
  private operationLane(): string {
    const { startedAt = 0, hops = [], answers = [] } = this.operation ?? {};
    const units = (from: number, to: number) => Math.round((to - startedAt) / UNIT_MS) - Math.round((from - startedAt) / UNIT_MS);
    const bar = hops.map(({ startedAt: from, endedAt: to = Date.now() }, n) => String((n + 1) % 10).repeat(units(from, to))).join('');
    return `  ${'Restore'.padEnd(15)} ${'create'.padEnd(12)} ${(bar + '!'.repeat(answers.length)).padEnd(BAR)} ${this.operationText()}`;
  }

  /** One source of one function: a bar of what ran at once (=), was replayed (~), refused (x) and waits (.). */
  private lane(lane: (typeof LANES)[number]): string {
    const mine = this.events.filter((event) => event.lane.fn === lane.fn && event.lane.source === lane.source);
    const executions = new Map(this.snapshot.executions.map((execution) => [execution.id, execution]));
    const marks = mine.map((event) => {
      if (event.refused) {
        return 'x';
      }
      const execution = executions.get(event.id);
      if (!execution) {
        return '.';
      }
      return execution.replayed ? '~' : '=';
    });
    const each = Math.max(1, Math.ceil(this.total / LANES.length / BAR));
    const bar = marks.filter((_, n) => n % each === 0).join('');
    return `  ${lane.fn.padEnd(15)} ${lane.source.padEnd(12)} ${bar.padEnd(BAR)} ${String(mine.length).padStart(3)}`;
  }

  private clock(): string {
    return `[${((Date.now() - this.startedAt) / 1000).toFixed(1).padStart(6)} s]`;
  }
}
