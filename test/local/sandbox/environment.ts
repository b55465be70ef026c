import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';

import type { IsolationName } from '../../../local/sandbox/isolation';
import { type Sandbox, type SandboxSpec, startSandbox } from '../../../local/sandbox/sandbox';

/** What came back for an event, or at init; the body as the test's own function made it. */
export interface Posted {
  readonly path: string;
  readonly body: any;
}

/** A file of the function's code or of a layer: its text, with the mode it gets. */
export type Files = Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>;

export interface EnvironmentOptions extends Partial<
  Pick<SandboxSpec, 'runtime' | 'handler' | 'memorySize' | 'ephemeralStorage' | 'client' | 'isolation'>
> {
  readonly code: Files;
  readonly layer?: Files;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The isolations whose tool is installed: bubblewrap is promised no more than user namespaces are. */
export const ISOLATIONS: readonly IsolationName[] = (process.env.PATH ?? '')
  .split(path.delimiter)
  .some((directory) => fs.existsSync(path.join(directory, 'bwrap')))
  ? ['bubblewrap', 'unshare']
  : ['unshare'];

const open: OneEnvironment[] = [];

/** A sandbox with the smallest Runtime API that AWS's clients accept: events go in one by one, answers are kept in order. */
export class OneEnvironment {
  static async start(options: EnvironmentOptions): Promise<OneEnvironment> {
    const environment = new OneEnvironment(options);
    open.push(environment);
    await environment.listen();
    environment.sandbox = await startSandbox(environment.spec());
    return environment;
  }

  sandbox!: Sandbox;
  private readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'environment-'));
  private readonly server = http.createServer((request, response) => this.answer(request, response));
  private readonly posted: Posted[] = [];
  private readonly events: string[] = [];
  private readonly printed: Buffer[] = [];
  private waiting?: http.ServerResponse;
  private count = 0;
  private changed: () => void = () => undefined;

  private constructor(private readonly options: EnvironmentOptions) {}

  /** Everything printed so far. */
  get output(): string {
    return Buffer.concat(this.printed).toString();
  }

  /** Hands in an event and gives what the client posts next. */
  async invoke(event: unknown): Promise<Posted> {
    const before = this.posted.length;
    this.events.push(JSON.stringify(event));
    this.hand();
    await this.until(() => this.posted.length > before);
    return this.posted[before];
  }

  /** What the client posts first, when that is an error at init. */
  async initError(): Promise<Posted> {
    await this.until(() => this.posted.length > 0);
    return this.posted[0];
  }

  /** Waits for the client to ask for the next event. */
  async idle(): Promise<void> {
    await this.until(() => this.waiting !== undefined);
  }

  async prints(text: string): Promise<void> {
    await this.until(() => this.output.includes(text));
  }

  async close(): Promise<void> {
    await this.sandbox?.kill();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private spec(): SandboxSpec {
    const runtime = this.options.runtime ?? 'python3.11';
    return {
      runtime,
      handler: this.options.handler ?? 'app.handler',
      memorySize: this.options.memorySize ?? 256,
      ephemeralStorage: this.options.ephemeralStorage ?? 512,
      client: this.options.client,
      isolation: this.options.isolation,
      taskRoot: write(path.join(this.directory, 'task'), this.options.code),
      optRoot: this.options.layer && write(path.join(this.directory, 'opt'), this.options.layer),
      runtimeApi: `127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      onOutput: (chunk) => {
        this.printed.push(chunk);
        this.changed();
      },
      environment: {
        AWS_LAMBDA_FUNCTION_NAME: 'probe',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/probe',
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        ...this.options.variables,
      },
    };
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (request.url?.endsWith('/invocation/next')) {
      this.waiting = response;
      this.changed();
      this.hand();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}');
      this.posted.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString() || 'null') });
      this.changed();
    });
  }

  private hand(): void {
    const response = this.waiting;
    if (!response || this.events.length === 0) {
      return;
    }
    this.waiting = undefined;
    this.count += 1;
    response
      .writeHead(200, {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': `00000000-0000-0000-0000-${String(this.count).padStart(12, '0')}`,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60_000),
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:000000000000:function:probe',
      })
      .end(this.events.shift());
  }

  /** Checks again whenever something happened; fails when the sandbox ends meanwhile, with what it printed. */
  private async until(condition: () => boolean): Promise<void> {
    let over = false;
    void this.sandbox.exited.then(() => {
      over = true;
      this.changed();
    });
    while (!condition()) {
      if (over) {
        throw new Error(`the sandbox ended first: ${JSON.stringify(await this.sandbox.exited)}\n${this.output}`);
      }
      await new Promise<void>((resolve) => (this.changed = resolve));
    }
  }
}

/** For `afterEach`: ends what a test started, whatever became of it. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map(async (environment) => environment.close()));
}

/** Process ids whose command line holds a text. */
export function processesWith(text: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

export async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function write(directory: string, files: Files): string {
  fs.mkdirSync(directory);
  for (const [name, file] of Object.entries(files)) {
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
    fs.chmodSync(path.join(directory, name), mode);
  }
  return directory;
}
