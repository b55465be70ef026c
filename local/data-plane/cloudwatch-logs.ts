import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';

import type { FunctionConfiguration } from './function-configuration';
import { EnvironmentLog, type LogEvent, logGroupName, type LogSink, logStreamName } from './logs';

/** How long lines are collected before they are sent. */
const FLUSH_INTERVAL_MS = 1000;

/** Lines in one request; CloudWatch takes 10,000 and 1 MiB, so long lines fit too. */
const BATCH_SIZE = 500;

/** Bytes of one log event that CloudWatch takes (256 KiB less its overhead of 26). Source: API reference of PutLogEvents. */
const EVENT_SIZE_LIMIT = 256 * 1024 - 26;

/** Sends the lines of all environments to CloudWatch Logs, in batches and best effort; the first failure of a stream is reported. */
export class CloudWatchLogs implements LogSink {
  private readonly streams = new Set<StreamWriter>();

  constructor(
    private readonly client: () => CloudWatchLogsClient,
    private readonly report: (problem: string) => void,
    private readonly onLine: (functionName: string, event: LogEvent) => void = () => undefined,
  ) {}

  open(configuration: FunctionConfiguration): EnvironmentLog {
    const group = logGroupName(configuration);
    const stream = logStreamName(configuration.version);
    const writer = new StreamWriter(this.client, group, stream, this.report);
    this.streams.add(writer);
    const onLine = (event: LogEvent) => {
      this.onLine(configuration.functionName, event);
      writer.add(event);
    };
    return new EnvironmentLog(group, stream, configuration, onLine, async () => {
      this.streams.delete(writer);
      await writer.flush();
    });
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    await Promise.all([...this.streams].map((writer) => writer.flush()));
  }
}

/** Lines of one stream on their way. */
class StreamWriter {
  private pending: LogEvent[] = [];
  private timer?: NodeJS.Timeout;
  private sending: Promise<void> = Promise.resolve();
  private exists = false;
  private reported = false;

  constructor(
    private readonly client: () => CloudWatchLogsClient,
    private readonly logGroupName: string,
    private readonly logStreamName: string,
    private readonly report: (problem: string) => void,
  ) {}

  add({ timestamp, message }: LogEvent): void {
    this.pending.push({ timestamp, message: truncate(message) });
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.pending;
    this.pending = [];
    this.sending = this.sending
      .then(() => this.send(batch))
      .catch((error: unknown) => {
        if (!this.reported) {
          this.reported = true;
          this.report(`Log lines of ${this.logGroupName} were lost: ${String(error)}`);
        }
      });
    return this.sending;
  }

  private async send(events: LogEvent[]): Promise<void> {
    for (let index = 0; index < events.length; index += BATCH_SIZE) {
      await this.create();
      const logEvents = events.slice(index, index + BATCH_SIZE);
      const { logGroupName: group, logStreamName: stream } = this;
      try {
        await this.client().send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
      } catch (error) {
        // The stack that owned the group may be gone: nobody waits for these lines
        if (!(error instanceof ResourceNotFoundException)) {
          throw error;
        }
      }
    }
  }

  private async create(): Promise<void> {
    if (this.exists) {
      return;
    }
    const { logGroupName: group, logStreamName: stream } = this;
    await ignoreExisting(this.client().send(new CreateLogGroupCommand({ logGroupName: group })));
    await ignoreExisting(this.client().send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream })));
    this.exists = true;
  }
}

function truncate(message: string): string {
  return Buffer.byteLength(message) <= EVENT_SIZE_LIMIT ? message : Buffer.from(message).subarray(0, EVENT_SIZE_LIMIT).toString('utf8');
}

async function ignoreExisting(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) {
      throw error;
    }
  }
}
