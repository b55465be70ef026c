/** The emulator's process: started with the bed's doors in place, heard through its standard output, ended with its standard input. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

import { type ResourceAnswer, ResourceAnswers } from './answers';
import { ACCOUNT, plainEnvironment, REGION } from './process-environment';

const LAUNCHER = path.join(__dirname, 'launcher.py');
/** A stop that takes longer is a hang (an emulator thread that holds the interpreter). */
const STOP_MS = 5000;
const START_MS = 60_000;
/** Systems Manager endpoints and quotas, Parameter Store: default throughput. */
const PARAMETER_STORE_REQUESTS_PER_SECOND = 40;

/** One request to the bed's address. */
export interface ApiRequest {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly durationMs: number;
  readonly method: string;
  readonly path: string;
  /** The emulator's name of the service, e.g. `sqs`. */
  readonly service: string;
  /** In IAM's words, e.g. `sqs:SendMessage`; null when the emulator has no name for it. */
  readonly action: string | null;
  /** ARN, or `*` when the request names none or several. */
  readonly resource: string;
  /** What IAM asks for, all of it: `action` on each ARN that the request names; for a transaction the action of each of its writes. */
  readonly permissions: readonly { readonly action: string | null; readonly resource: string }[];
  readonly status: number;
  /** Whether the bed refused it for the rate of requests, as AWS does with ThrottlingException. */
  readonly throttled: boolean;
  readonly accessKeyId: string | null;
  /** Partition keys of the items that a DynamoDB request names, as `dynamodb:LeadingKeys` sees them; empty for queries and other services. */
  readonly leadingKeys: readonly string[];
  /** The first megabyte of the body, when bodies are kept. */
  readonly body?: Buffer;
}

/** An event of an asynchronous trigger that the data plane did not accept, or a trigger that the table does not know. */
export interface Undelivered {
  readonly trigger: string;
  readonly function: string;
  readonly reason: string;
}

export interface ControlPlaneOptions {
  readonly python: string;
  /** The bed's directory; the launcher removes it when the bed is gone. */
  readonly root: string;
  readonly dataPlaneUrl: string;
  /** Default false. */
  readonly keepBodies?: boolean;
  /** More than 0. Default 40, AWS's default throughput of Parameter Store in an account and region. */
  readonly parameterStoreRequestsPerSecond?: number;
  readonly log: (line: string) => void;
}

type LauncherLine =
  | { type: 'ready'; port: number; emulator: string }
  | { type: 'refused'; reason: string }
  | ({ type: 'request'; body?: string } & Omit<ApiRequest, 'body'>)
  | ({ type: 'answer' } & ResourceAnswer)
  | ({ type: 'undelivered' } & Undelivered);

export class ControlPlane {
  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const parameterStoreRequestsPerSecond = parameterStoreRate(options.parameterStoreRequestsPerSecond);
    const tmp = path.join(options.root, 'launcher');
    fs.mkdirSync(tmp, { recursive: true });
    const logFile = path.join(options.root, 'control-plane.log');
    const logFd = fs.openSync(logFile, 'a');
    const launcherOptions = JSON.stringify({
      dataPlane: options.dataPlaneUrl,
      workDir: options.root,
      account: ACCOUNT,
      region: REGION,
      keepBodies: options.keepBodies ?? false,
      parameterStoreRequestsPerSecond,
    });
    // Bytecode is kept out of the source tree, which may be read-only
    const env = { ...plainEnvironment(tmp), PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(options.python, [LAUNCHER, launcherOptions], { env, cwd: tmp, stdio: ['pipe', 'pipe', logFd] });
    fs.closeSync(logFd);
    const controlPlane = new ControlPlane(child, logFile, options.log);
    try {
      await controlPlane.ready();
    } catch (error) {
      await controlPlane.close();
      throw error;
    }
    return controlPlane;
  }

  readonly requests: ApiRequest[] = [];
  readonly undelivered: Undelivered[] = [];
  readonly answers: ResourceAnswers;
  private port = 0;
  private emulatorVersion = '';
  private closing = false;
  private readonly exited: Promise<void>;
  private settle: { resolve: () => void; reject: (error: Error) => void } = { resolve: () => undefined, reject: () => undefined };

  private constructor(
    private readonly child: ChildProcess,
    private readonly logFile: string,
    private readonly log: (line: string) => void,
  ) {
    this.answers = new ResourceAnswers(log);
    this.exited = new Promise((resolve) => child.once('close', () => resolve()));
    createInterface({ input: child.stdout! }).on('line', (line) => this.hear(JSON.parse(line) as LauncherLine));
    child.once('exit', (code, signal) => {
      if (this.closing) {
        return;
      }
      const message = `the control plane ended by itself (${signal ?? code}):\n${this.lastLines()}`;
      this.settle.reject(new Error(message));
      this.log(message);
    });
  }

  /** `http://127.0.0.1:PORT`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The emulator's name and version. */
  get emulator(): string {
    return this.emulatorVersion;
  }

  /** The end of the emulator's log, for messages. */
  lastLines(count = 30): string {
    try {
      return fs.readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
    } catch {
      return '(its log is gone)';
    }
  }

  /** Ends the process; with it go its port and the bed's directory. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.stdin!.end();
      const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
      await this.exited;
      clearTimeout(timer);
    }
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the control plane did not start within ${START_MS / 1000} s:\n${this.lastLines()}`)),
        START_MS,
      );
      this.settle = {
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  private hear(line: LauncherLine): void {
    switch (line.type) {
      case 'ready':
        this.port = line.port;
        this.emulatorVersion = line.emulator;
        this.settle.resolve();
        break;
      case 'refused':
        this.settle.reject(new Error(`the control plane refuses to start: ${line.reason}`));
        break;
      case 'request': {
        const { type: _type, body, ...request } = line;
        this.requests.push({ ...request, ...(body === undefined ? {} : { body: Buffer.from(body, 'base64') }) });
        break;
      }
      case 'answer': {
        const { type: _type, ...answer } = line;
        this.answers.add(answer);
        break;
      }
      case 'undelivered': {
        const { type: _type, ...undelivered } = line;
        this.undelivered.push(undelivered);
        this.log(`not delivered (${line.trigger} to ${line.function}): ${line.reason}`);
        break;
      }
    }
  }
}

function parameterStoreRate(perSecond = PARAMETER_STORE_REQUESTS_PER_SECOND): number {
  if (!(perSecond > 0 && Number.isFinite(perSecond))) {
    throw new Error(
      `parameterStoreRequestsPerSecond is ${perSecond}: it must be a number above 0; leave it out for AWS's default of ${PARAMETER_STORE_REQUESTS_PER_SECOND}`,
    );
  }
  return perSecond;
}
