import { type BacklogRow, type Envelope, readEnvelope } from './row';
import type { Table } from './table';
import type { Target, Targets } from './targets';
import type { Windows } from './windows';

/** Why an event is not dispatched now. */
export interface Waiting {
  readonly functionKey: string;
  readonly functionArn: string;
  readonly why: 'window on' | 'settling' | 'window unknown' | 'refused';
  /** A cause in words; for a window that is on, its end. */
  readonly detail?: string;
}

/** Says whether a function's events may be dispatched, asking AWS as seldom as that can be known. */
export class Readiness {
  /** What is known of each function: whether there is a target for the ARNs by which its events were invoked. */
  private readonly arns = new Map<string, Map<string, boolean>>();
  /** The latest reason for each ARN that waits. */
  readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly table: Table,
    private readonly targets: Targets,
    private readonly windows: Windows,
  ) {}

  /**
   * Before the claim. The row is not read for its ARN when that can be spared: while every ARN that is known of a function is accepted,
   * one of them stands for all, and the claim brings the row's own; {@link ofEnvelope} is asked when that is another one.
   */
  async ofRow(row: BacklogRow): Promise<{ readonly functionArn: string; readonly ready: boolean } | undefined> {
    const known = this.arns.get(row.functionKey);
    let functionArn = known && [...known.values()].every(Boolean) ? [...known.keys()][0] : undefined;
    if (functionArn === undefined) {
      const item = await this.table.get(row.id, 'pk', 'envelope.functionArn');
      if (!item) {
        return undefined;
      }
      functionArn = readEnvelope(item).functionArn;
    }
    return { functionArn, ready: (await this.targetArn(functionArn, row.functionKey)) !== undefined };
  }

  /** After the claim: the ARN to send its pointer to, which is another one for a function that has moved; undefined when it may not be sent now. */
  ofEnvelope({ functionArn }: Envelope, functionKey: string): Promise<string | undefined> {
    return this.targetArn(functionArn, functionKey);
  }

  /** Before each pass: whoever else drains may have taken by now what waited for its window to settle. */
  forgetSettling(): void {
    for (const [functionArn, { why }] of this.waiting) {
      if (why === 'settling') {
        this.waiting.delete(functionArn);
      }
    }
  }

  /** Takes no more events of a function in this drain: Lambda refused it by name. */
  refuse(functionArn: string, functionKey: string, reason: string): void {
    this.know(functionArn, functionKey, false);
    this.waiting.set(functionArn, { functionKey, functionArn, why: 'refused', detail: reason });
  }

  private async targetArn(functionArn: string, functionKey: string): Promise<string | undefined> {
    if (this.arns.get(functionKey)?.get(functionArn) === false) {
      return undefined;
    }
    const target = await this.targets.of(functionArn, functionKey);
    if (!target.accepted) {
      this.refuse(functionArn, functionKey, target.reason);
      return undefined;
    }
    this.know(functionArn, functionKey, true);
    const waiting = await this.waitingFor(target);
    if (waiting) {
      this.waiting.set(functionArn, { functionKey, functionArn, ...waiting });
      return undefined;
    }
    this.waiting.delete(functionArn);
    return target.functionArn;
  }

  private async waitingFor({ window }: Extract<Target, { accepted: true }>): Promise<Pick<Waiting, 'why' | 'detail'> | undefined> {
    const state = await this.windows.stateOf(window);
    switch (state.state) {
      case 'off':
        return undefined;
      case 'on':
        return { why: 'window on', detail: state.until === null ? undefined : `until ${new Date(state.until).toISOString()}` };
      case 'settling':
        return { why: 'settling' };
      case 'unknown':
        return { why: 'window unknown', detail: state.cause };
    }
  }

  private know(functionArn: string, functionKey: string, accepted: boolean): void {
    const known = this.arns.get(functionKey) ?? new Map<string, boolean>();
    this.arns.set(functionKey, known.set(functionArn, accepted));
  }
}
