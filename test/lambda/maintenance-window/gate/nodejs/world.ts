/** A gate, the services that it calls behind a loopback port, and a clock that stands still. */
import { AwsClient } from '../../../../../lambda/aws/nodejs/client';
import { environment as names } from '../../../../../lambda/contract/names.json';
import { decodeRow, encodeRow, type Row } from '../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import { Gate } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/gate';
import { type RawInvocation, readInvocation } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/invocation';
import type { Reading } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/reading';
import { readSettings } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import type { Step } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/step';
import { WindowCache } from '../../../../../lambda/maintenance-window/gate/nodejs/quiet/window-cache';
import { parseOperator } from '../../../../../lambda/maintenance-window/window/value';
import { KeptEvents } from './kept-events';
import type { Reply } from './loopback-service';

export const NOW = Date.parse('2027-01-15T08:00:00Z');
export const S3 = '{"Records":[{"eventSource":"aws:s3","s3":{"object":{"sequencer":"1"}}}]}';
export const UNKNOWN = '{"a": 1.10}';
export const HTTP = '{"version":"2.0","requestContext":{"http":{"method":"GET"}}}';
export const HOP = '{"$longRunningOperation":{"hop":2}}';
export const DENIED: Reply = { status: 400, body: { __type: 'AccessDeniedException' } };

/** What the window's parameters say; an error when they cannot be read. */
export type Answer = Reading | Error;

export const reading = (value: string, lastModified = 0): Reading => ({ operator: parseOperator(value), version: 2, lastModified, planned: null });
export const ON = reading('on # db');
export const OFF = reading('auto');
export const GUARDED = reading('auto', NOW - 60_000);

export class World {
  static async open(answer: Answer, variables: Readonly<Record<string, string>> = {}): Promise<World> {
    return new World(await KeptEvents.listen(), answer, variables);
  }

  readonly counted: string[] = [];
  readonly logged: string[] = [];
  readonly gate: Gate;
  reads = 0;

  private constructor(
    readonly events: KeptEvents,
    private readonly answer: Answer,
    variables: Readonly<Record<string, string>>,
  ) {
    const needed = { [names.operatorParameter]: '/w/operator', [names.table]: 't', [names.functionKey]: 'fn', AWS_LAMBDA_FUNCTION_VERSION: '7' };
    const environment = { ...events.service.environment, ...needed, ...variables };
    const settings = readSettings(environment);
    const reporter = { count: (metric: string) => this.counted.push(metric), log: (line: string) => this.logged.push(line) };
    const clock = () => NOW;
    const cache = new WindowCache({ settings, read: async () => this.read(), reporter, clock });
    this.gate = new Gate({ settings, environment, cache, client: new AwsClient(environment, clock), reporter, clock });
  }

  /** What becomes of one invocation. */
  async plan(bodyJson: string, requestId = 'r-9', headers: RawInvocation['headers'] = {}): Promise<Step> {
    const least = { 'lambda-runtime-aws-request-id': requestId, 'lambda-runtime-deadline-ms': NOW + 60_000 };
    const more = { 'lambda-runtime-invoked-function-arn': 'arn:f:live', 'lambda-runtime-aws-tenant-id': 'tenant' };
    return this.gate.plan(readInvocation({ bodyJson, headers: { ...least, ...more, ...headers } }));
  }

  row(id: string): Row {
    return decodeRow(this.events.rows.item(id)!);
  }

  put(row: Row): void {
    this.events.rows.put(encodeRow(row) as never);
  }

  async close(): Promise<void> {
    await this.events.service.close();
  }

  private read(): Reading {
    this.reads += 1;
    if (this.answer instanceof Error) {
      throw this.answer;
    }
    return this.answer;
  }
}

/** A step in a form that tests compare: `run`, a reply's JSON, or an error's type. */
export function told(step: Step): unknown {
  if (step.do === 'run') {
    return 'run';
  }
  return step.do === 'reply' ? JSON.parse(step.body) : step.error.name;
}
