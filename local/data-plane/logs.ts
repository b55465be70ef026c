import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';

import type { FunctionConfiguration } from './function-configuration';
import type { FunctionError } from './function-error';
import { LOG_TAIL_LIMIT } from './limits';

/** One line of a function's log. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Where lines go. */
export interface LogSink {
  /** Opens a new stream in the function's group. */
  open(configuration: FunctionConfiguration): EnvironmentLog;
}

/** Takes lines of one stream. Never throws: logging is best effort. */
export type LineWriter = (event: LogEvent) => void;

export interface InvocationReport {
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds, on a cold start only. */
  readonly initDuration?: number;
  readonly error?: FunctionError;
}

export interface InitReport {
  readonly duration: number;
  readonly phase: 'init' | 'invoke';
  readonly timedOut: boolean;
  readonly errorType: string;
}

/** The log of one environment: output of its processes between the START, END and REPORT lines that Lambda writes. */
export class EnvironmentLog {
  private readonly decoder = new StringDecoder('utf8');
  private partial = '';
  private recent: Buffer = Buffer.alloc(0);

  constructor(
    readonly group: string,
    readonly stream: string,
    private readonly configuration: FunctionConfiguration,
    private readonly line: LineWriter,
    private readonly onClose: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.system(`INIT_START Runtime Version: ${configuration.runtime}\n`);
  }

  /** Output of the sandbox, in any pieces. */
  write(chunk: Buffer): void {
    this.keep(chunk);
    const lines = (this.partial + this.decoder.write(chunk)).split('\n');
    this.partial = lines.pop()!;
    lines.forEach((text) => this.emit(`${text}\n`));
  }

  start(requestId: string): void {
    this.flushPartial();
    this.recent = Buffer.alloc(0);
    this.system(`START RequestId: ${requestId} Version: ${this.configuration.version}\n`);
  }

  end(requestId: string, report: InvocationReport): void {
    this.flushPartial();
    if (report.error && report.error.logLine !== '') {
      this.system(report.error.logLine);
    }
    this.system(`END RequestId: ${requestId}\n`);
    this.system(this.reportLine(requestId, report));
  }

  initReport({ duration, phase, timedOut, errorType }: InitReport): void {
    this.flushPartial();
    const status = timedOut ? 'Status: timeout' : `Status: error\tError Type: ${errorType}`;
    this.system(`INIT_REPORT Init Duration: ${duration.toFixed(2)} ms\tPhase: ${phase}\t${status}\n`);
  }

  /** The last 4 KB since the current invocation started. */
  tail(): Buffer {
    return this.recent.subarray(-LOG_TAIL_LIMIT);
  }

  async close(): Promise<void> {
    this.flushPartial();
    await this.onClose();
  }

  private reportLine(requestId: string, { duration, initDuration, error }: InvocationReport): string {
    // Without the memory used: the sandbox does not measure its peak
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${duration.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(duration + (initDuration ?? 0))} ms`,
      `Memory Size: ${this.configuration.memorySize} MB`,
    ];
    if (initDuration !== undefined) {
      fields.push(`Init Duration: ${initDuration.toFixed(2)} ms`);
    }
    if (error) {
      fields.push(error.errorType === 'Sandbox.Timedout' ? 'Status: timeout' : `Status: error\tError Type: ${error.errorType}`);
    }
    return `${fields.join('\t')}\t\n`;
  }

  private system(text: string): void {
    this.keep(Buffer.from(text));
    this.emit(text);
  }

  private keep(bytes: Buffer): void {
    this.recent = Buffer.concat([this.recent, bytes]).subarray(-LOG_TAIL_LIMIT);
  }

  private flushPartial(): void {
    if (this.partial !== '') {
      this.emit(this.partial);
      this.partial = '';
    }
  }

  private emit(message: string): void {
    this.line({ timestamp: Date.now(), message });
  }
}

/** Name of a new stream, as Lambda forms it: date, version, random. */
export function logStreamName(version: string, now: Date = new Date()): string {
  return `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${randomBytes(16).toString('hex')}`;
}

/** The configured group, or Lambda's default. */
export function logGroupName(configuration: FunctionConfiguration): string {
  return configuration.logGroup ?? `/aws/lambda/${configuration.functionName}`;
}
