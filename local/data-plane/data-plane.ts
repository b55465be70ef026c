import * as fs from 'node:fs/promises';
import * as path from 'node:path';

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

import { mergeLayers, unzip } from '../sandbox/file-tree';
import { type Sandbox, type SandboxSpec, startSandbox } from '../sandbox/sandbox';
import { AsynchronousQueue } from './asynchronous-queue';
import { Attempts } from './attempt';
import { type Clock, wallClock } from './clock';
import { CloudWatchLogs } from './cloudwatch-logs';
import { CodeCache, type FileTree } from './code-cache';
import { Concurrency } from './concurrency';
import { Destinations } from './destinations';
import { EnvironmentPool } from './environment-pool';
import { ControlPlaneFunctions, type FunctionSource } from './function-configuration';
import { Invoke } from './invoke';
import { OutputFiles } from './output-files';
import { type BedEvent, type InvocationRecord, Records } from './records';
import { clientConfiguration } from './sdk-clients';
import { DataPlaneServer } from './server';

export interface DataPlaneOptions {
  /** Address of the control plane; asked for at each use, since it is known only after the launcher is up. */
  readonly controlPlane: () => string;
  /** Directory for code, layers and logs. It must exist; what is put in it stays until its owner removes it. */
  readonly workDir: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** Concurrent executions of the account. @default 10 */
  readonly accountConcurrency?: number;
  /** Divides the asynchronous queue's retry delays and event ages, nothing else. @default 1 */
  readonly asyncTimeScale?: number;
  readonly onEvent?: (event: BedEvent) => void;
  /** Keeps every event and result in its record. @default false */
  readonly keepPayloads?: boolean;
  /** Takes lines for people, such as a delivery that failed. @default none */
  readonly log?: (line: string) => void;
}

/** What stands behind the data plane; a test may bring its own. */
export interface DataPlaneParts {
  readonly functions: FunctionSource;
  readonly fileTree: FileTree;
  readonly startSandbox: (spec: SandboxSpec) => Promise<Sandbox>;
  readonly clock: Clock;
  /** Milliseconds. */
  readonly initLimitMs: number;
}

/** AWS Lambda's data plane on one machine. */
export class DataPlane {
  static async start(options: DataPlaneOptions, parts: Partial<DataPlaneParts> = {}): Promise<DataPlane> {
    const scale = options.asyncTimeScale ?? 1;
    if (!(scale >= 1) || !Number.isFinite(scale)) {
      throw new Error(`asyncTimeScale must be a number of 1 or more, not ${scale}.`);
    }
    const concurrency = options.accountConcurrency;
    if (concurrency !== undefined && (!Number.isInteger(concurrency) || concurrency < 1)) {
      throw new Error(`accountConcurrency must be a whole number of 1 or more, not ${concurrency}.`);
    }
    const plane = new DataPlane(options, parts);
    await fs.mkdir(path.join(options.workDir, 'logs'), { recursive: true });
    plane.server = await DataPlaneServer.listen(plane.invoke, plane.records);
    return plane;
  }

  private readonly records: Records;
  private readonly output: OutputFiles;
  private readonly logs: CloudWatchLogs;
  private logsClient?: CloudWatchLogsClient;
  private readonly pool: EnvironmentPool;
  private readonly queue: AsynchronousQueue;
  private readonly invoke: Invoke;
  private server!: DataPlaneServer;
  private closing?: Promise<void>;

  private constructor(options: DataPlaneOptions, parts: Partial<DataPlaneParts>) {
    const region = options.region ?? 'us-east-1';
    const report = options.log ?? (() => undefined);
    const records = new Records(options.keepPayloads);
    this.records = records;
    const functions = parts.functions ?? new ControlPlaneFunctions(options.controlPlane);
    if (options.onEvent) {
      records.follow(options.onEvent);
    }
    const logsClient = () => (this.logsClient ??= new CloudWatchLogsClient(clientConfiguration(options.controlPlane(), region, 'data plane')));
    this.output = new OutputFiles(path.join(options.workDir, 'logs'));
    this.logs = new CloudWatchLogs(logsClient, report, (name, event) => this.output.add(name, event));
    const code = new CodeCache(options.workDir, functions, parts.fileTree ?? { unzip, mergeLayers });
    this.pool = new EnvironmentPool(code, () => ({
      startSandbox: parts.startSandbox ?? startSandbox,
      region,
      endpoint: options.controlPlane(),
      logs: this.logs,
      records,
      report,
      ...(parts.initLimitMs === undefined ? {} : { initLimitMs: parts.initLimitMs }),
    }));
    const attempts = new Attempts(this.pool, records);
    const concurrency = new Concurrency(options.accountConcurrency);
    const destinations = new Destinations({ endpoint: options.controlPlane, region, records, report });
    const clock = parts.clock ?? wallClock;
    this.queue = new AsynchronousQueue({ functions, concurrency, attempts, destinations, clock, timeScale: options.asyncTimeScale ?? 1, report });
    this.invoke = new Invoke({ functions, concurrency, attempts, queue: this.queue });
  }

  /** Where the launcher posts invocations. */
  get url(): string {
    return this.server.url;
  }

  /** Every attempt so far, in the order in which they were received. */
  get invocations(): readonly InvocationRecord[] {
    return this.records.invocations;
  }

  /** Asynchronous events that are waiting or running. */
  get queuedEvents(): number {
    return this.queue.size;
  }

  /** Stops everything: events still queued are dropped, sandboxes killed, ports freed. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const problems: unknown[] = [];
    // One after the other, and all of them: what is left behind would outlive the bed
    for (const part of [this.queue, this.pool, this.server, this.logs, this.output]) {
      await part.close().catch((error: unknown) => problems.push(error));
    }
    this.logsClient?.destroy();
    if (problems.length > 0) {
      throw new AggregateError(problems, `The data plane did not close cleanly: ${problems.map(String).join('; ')}`);
    }
  }
}
