import { type ChildProcess, execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { Socket } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

import { type Isolation, isolation, type Layout, spawnLaunch } from './isolation';
import { onlyChild, ProcessNamespace } from './processes';
import { type ResolvedRuntime, resolveRuntime } from './runtimes';

/** One execution environment. */
export interface SandboxSpec {
  /** Lambda's name of the runtime, for example `python3.11` or `nodejs22.x`. */
  readonly runtime: string;
  readonly handler: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Megabytes of `/tmp`. */
  readonly ephemeralStorage: number;
  /** The function's own variables and those AWS_* variables that Lambda sets for it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The unpacked function code, read-only at `/var/task`. */
  readonly taskRoot: string;
  /** The merged layers, read-only at `/opt`. */
  readonly optRoot?: string;
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string;
  /** Standard output and error, in the order written. */
  readonly onOutput: (chunk: Buffer) => void;
  /** Version of AWS's client; default: the one of the runtime. */
  readonly client?: string;
  /** Default: what `isolation()` found. */
  readonly isolation?: Isolation;
}

/**
 * How an environment ended. `signal` is set when the runtime process was ended by one; a runtime that exits by itself with 128 + the number
 * of such a signal can't be told from that. `reason` says whether the bed ended it.
 */
export interface SandboxExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: 'exit' | 'killed' | 'out-of-memory';
}

export interface Sandbox {
  readonly exited: Promise<SandboxExit>;
  /** Stops every process of the environment, as Lambda does between invocations. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends every process of the environment; resolves when they are gone. */
  kill(): Promise<void>;
}

/** Looked at this often while the environment is not frozen; what is allocated and freed in between goes unnoticed. */
const MEMORY_POLL_MS = 50;
const GONE_POLL_MS = 2;
/** How much of what was printed goes into the error when a sandbox does not start. */
const TAIL_CHARACTERS = 2000;
const MEGABYTE = 1024 * 1024;
/** A shell's and bubblewrap's way to say that a child was ended by a signal. Clients exit with 128 to 130 themselves, so only these count. */
const SIGNAL_BASE = 128;
const ENDING_SIGNALS: readonly NodeJS.Signals[] = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGTERM'];
/** Variables that a function's configuration cannot set on Lambda. */
const LAMBDA_PATHS = { LAMBDA_TASK_ROOT: '/var/task', LAMBDA_RUNTIME_DIR: '/var/runtime' };
const DEFAULTS = {
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
};

/** Starts the runtime of a function in a sandbox of its own. Resolves when the sandbox stands; the runtime then calls the Runtime API. */
export async function startSandbox(spec: SandboxSpec): Promise<Sandbox> {
  const [runtime, chosen] = await Promise.all([resolveRuntime(spec.runtime, spec.client), spec.isolation ?? isolation()]);
  const complaints = new Tail();
  const output = await openOutput((chunk) => {
    complaints.add(chunk);
    spec.onOutput(chunk);
  });
  let child: ChildProcess;
  try {
    child = spawnLaunch(chosen.launch(layoutOf(spec, runtime)), output.writeEnd);
  } finally {
    fs.closeSync(output.writeEnd);
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => complaints.add(chunk));
  }
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const init = await Promise.race([
    findInit(child, chosen),
    ended.then(async ({ code, signal }): Promise<never> => {
      await output.drained;
      throw new Error(
        `the sandbox of ${spec.handler} (${spec.runtime}) did not start: ${chosen.name} ended with ${signal ?? `exit code ${code}`}: ${complaints.text()}`,
      );
    }),
  ]);
  return new RunningSandbox(init, ended, output.drained, spec.memorySize * MEGABYTE);
}

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The last of what was printed, for an error message. */
class Tail {
  private kept = '';

  add(chunk: Buffer): void {
    this.kept = (this.kept + chunk.toString()).slice(-TAIL_CHARACTERS);
  }

  text(): string {
    return this.kept.trim() || 'no output';
  }
}

class RunningSandbox implements Sandbox {
  readonly exited: Promise<SandboxExit>;
  private reason: SandboxExit['reason'] = 'exit';
  private over = false;
  private memoryTimer?: NodeJS.Timeout;

  constructor(
    private readonly processes: ProcessNamespace,
    ended: Promise<Ending>,
    drained: Promise<void>,
    private readonly memoryBytes: number,
  ) {
    this.exited = ended.then(async ({ code, signal }) => {
      this.over = true;
      clearInterval(this.memoryTimer);
      this.processes.kill();
      while (!this.processes.isGone()) {
        await pause(GONE_POLL_MS);
      }
      await drained;
      return this.reason === 'exit' ? { ...translate(code, signal), reason: this.reason } : { code: null, signal: 'SIGKILL', reason: this.reason };
    });
    this.watchMemory();
  }

  async freeze(): Promise<void> {
    clearInterval(this.memoryTimer);
    if (!this.over) {
      await this.processes.stop();
    }
  }

  thaw(): Promise<void> {
    if (!this.over) {
      this.processes.resume();
      this.watchMemory();
    }
    return Promise.resolve();
  }

  async kill(): Promise<void> {
    this.end('killed');
    await this.exited;
  }

  private end(reason: SandboxExit['reason']): void {
    if (this.over) {
      return;
    }
    if (this.reason === 'exit') {
      this.reason = reason;
    }
    this.processes.kill();
  }

  private watchMemory(): void {
    clearInterval(this.memoryTimer);
    this.memoryTimer = setInterval(() => {
      // Pages shared by forked processes are only divided among them when the cheap sum is over the limit
      if (this.processes.residentBytes() > this.memoryBytes && this.processes.proportionalBytes() > this.memoryBytes) {
        this.end('out-of-memory');
      }
    }, MEMORY_POLL_MS);
    this.memoryTimer.unref();
  }
}

function layoutOf(spec: SandboxSpec, runtime: ResolvedRuntime): Layout {
  return {
    mounts: [
      ...runtime.mounts,
      { source: path.resolve(spec.taskRoot), target: '/var/task' },
      ...(spec.optRoot ? [{ source: path.resolve(spec.optRoot), target: '/opt' }] : []),
    ],
    temporaryBytes: spec.ephemeralStorage * MEGABYTE,
    environment: {
      ...DEFAULTS,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memorySize),
      ...spec.environment,
      ...LAMBDA_PATHS,
      _HANDLER: spec.handler,
      AWS_LAMBDA_RUNTIME_API: spec.runtimeApi,
      AWS_EXECUTION_ENV: `AWS_Lambda_${spec.runtime}`,
    },
    workingDirectory: '/var/task',
    command: ['/var/runtime/bootstrap'],
  };
}

/** A pipe, as on Lambda, for both streams: programs that open `/dev/stderr` anew could not open the sockets that Node.js makes for children. */
async function openOutput(onOutput: (chunk: Buffer) => void): Promise<{ writeEnd: number; drained: Promise<void> }> {
  const scratch = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'sandbox-'));
  try {
    const pipe = path.join(scratch, 'output');
    await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
    const readEnd = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const writeEnd = fs.openSync(pipe, fs.constants.O_WRONLY);
    const reader = new Socket({ fd: readEnd, readable: true, writable: false });
    reader.on('data', onOutput);
    const drained = new Promise<void>((resolve) => {
      reader.once('close', () => resolve());
      reader.once('error', () => resolve());
    });
    return { writeEnd, drained };
  } finally {
    await fs.promises.rm(scratch, { recursive: true, force: true });
  }
}

/** The processes of the sandbox, once its init is there; never settles when the tool ends before that, which the caller hears by itself. */
async function findInit(child: ChildProcess, chosen: Isolation): Promise<ProcessNamespace> {
  const pid = chosen.name === 'bubblewrap' ? await reportedChild(child) : await forkedChild(child);
  const processes = pid === undefined ? undefined : ProcessNamespace.of(pid);
  return processes ?? new Promise(() => undefined);
}

async function reportedChild(child: ChildProcess): Promise<number | undefined> {
  let report = '';
  for await (const chunk of (child.stdio[4] as Socket | undefined) ?? []) {
    report += (chunk as Buffer).toString();
  }
  return (JSON.parse(report || '{}') as { 'child-pid'?: number })['child-pid'];
}

async function forkedChild(child: ChildProcess): Promise<number | undefined> {
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const init = onlyChild(child.pid);
    if (init !== undefined) {
      return init;
    }
    await pause(GONE_POLL_MS);
  }
  return undefined;
}

function translate(code: number | null, signal: string | null): Ending {
  const name = ENDING_SIGNALS.find((candidate) => code === SIGNAL_BASE + os.constants.signals[candidate]);
  return name ? { code: null, signal: name } : { code, signal };
}

async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
