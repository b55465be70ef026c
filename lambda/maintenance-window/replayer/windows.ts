import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { settle } from '../../contract/maintenance-window/timing.json';
import { shownError } from '../../thrown';
import { decide, guarded } from '../window/decision';
import { type OperatorValue, parseOperator, parsePlanned, type PlannedValue } from '../window/value';

/** What of a function's configuration decides whether it is held. */
export interface WindowNames {
  readonly operator: string;
  readonly planned?: string;
  /** Milliseconds for which a function may act on an older value. */
  readonly cacheTtl: number;
  /** Milliseconds by which a hold begins early. */
  readonly leadTime: number;
}

/** Whether events of a function may be replayed now. */
export type WindowState =
  | { readonly state: 'off' }
  | { readonly state: 'on'; readonly until: number | null }
  /** Off, but too shortly for every environment and clock to know. */
  | { readonly state: 'settling' }
  | { readonly state: 'unknown'; readonly cause: string };

interface Values {
  readonly readAt: number;
  readonly operator: OperatorValue;
  readonly planned: PlannedValue | null;
  /** Epoch milliseconds of the last write to either parameter. */
  readonly lastModified: number;
}

/** The window is read again before each page of events; this is about one page's time, and far below Parameter Store's 40 requests a second. */
const FRESH_FOR = 2000;

/** Reads windows as the gate does, from the same parameters and by the same rules, but never from a value older than two seconds. */
export class Windows {
  private readonly values = new Map<string, Promise<Values>>();
  private readonly readAt = new Map<string, number>();

  constructor(
    private readonly ssm: SSMClient,
    private readonly clock: Clock,
  ) {}

  async stateOf(names: WindowNames): Promise<WindowState> {
    let values: Values;
    try {
      values = await this.read(names);
    } catch (error) {
      return { state: 'unknown', cause: shownError(error) };
    }
    const now = this.clock.now();
    const { on, until } = decide(values.operator, values.planned, names.leadTime, now);
    if (on) {
      return { state: 'on', until };
    }
    return guarded(values.operator, values.planned, values.lastModified, names.cacheTtl + settle.value, now)
      ? { state: 'settling' }
      : { state: 'off' };
  }

  /** Makes the next question read the parameters again: a gate said that the window is on. */
  forget(): void {
    this.values.clear();
    this.readAt.clear();
  }

  private read(names: WindowNames): Promise<Values> {
    const key = JSON.stringify([names.operator, names.planned]);
    const cached = this.values.get(key);
    const age = this.clock.now() - (this.readAt.get(key) ?? -Infinity);
    if (cached && age >= 0 && age < FRESH_FOR) {
      return cached;
    }
    const reading = this.parameters(names);
    this.values.set(key, reading);
    this.readAt.set(key, this.clock.now());
    return reading;
  }

  private async parameters({ operator, planned }: WindowNames): Promise<Values> {
    const readAt = this.clock.now();
    const { Parameters = [] } = await this.ssm.send(new GetParametersCommand({ Names: planned ? [operator, planned] : [operator] }));
    const valueOf = (wanted: string) => {
      const found = Parameters.find(({ Name, ARN }) => Name === wanted || ARN === wanted);
      if (found?.Value === undefined) {
        throw new Error(`parameter '${wanted}' does not exist or may not be read`);
      }
      return { text: found.Value, modified: found.LastModifiedDate?.getTime() ?? 0 };
    };
    const operatorText = valueOf(operator);
    const plannedText = planned ? valueOf(planned) : null;
    return {
      readAt,
      operator: named(operator, () => parseOperator(operatorText.text)),
      planned: plannedText && planned ? named(planned, () => parsePlanned(plannedText.text)) : null,
      lastModified: Math.max(operatorText.modified, plannedText?.modified ?? 0),
    };
  }
}

function named<T>(parameter: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`parameter '${parameter}' ${error instanceof Error ? error.message : String(error)}`);
  }
}
