/** The bed: deployed templates run for real on one machine. The only door for demo/, test/e2e and bench/. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import type { ResourceAnswer } from './control-plane/answers';
import { type CdkApp, CdkCli, type StackOutputs } from './control-plane/cdk-cli';
import { type ApiRequest, ControlPlane, type Undelivered } from './control-plane/control-plane';
import { ACCOUNT, type BedCredentials, bedEnvironment, credentials, REGION } from './control-plane/process-environment';
import { Supervised } from './control-plane/supervised';
import { virtualEnvironment } from './control-plane/virtual-environment';
import { WEAKER_THAN_AWS } from './control-plane/weaker-than-aws';
import { dummyCredentials } from './data-plane/credentials';
import { DataPlane } from './data-plane/data-plane';
import type { BedEvent, InvocationRecord } from './data-plane/records';
import { isolation, type IsolationName } from './sandbox/isolation';
import { newestRuntime, type RuntimeFamily, type RuntimeSupport, supportedRuntimes } from './sandbox/runtimes';

export type { ApiRequest, BedEvent, CdkApp, InvocationRecord, ResourceAnswer, RuntimeSupport, StackOutputs, Undelivered };

export interface BedOptions {
  /** Invocations that run at once in the account. Default 10, as new accounts have. */
  readonly accountConcurrency?: number;
  /** Divides the asynchronous queue's retry delays and event age, nothing else. Default 1. */
  readonly asyncTimeScale?: number;
  /** Milliseconds after which an init phase is given up, and repeated within the function's time limit. Default 10 s, as Lambda's. */
  readonly initLimitMs?: number;
  readonly onEvent?: (event: BedEvent) => void;
  /** Keeps events, results and the bodies of API requests, for whoever looks for something in them. Default false: they may be large. */
  readonly keepPayloads?: boolean;
  /** Requests per second to Parameter Store, of the whole account, above which they are throttled. Default 40, as AWS has it until it is raised. */
  readonly parameterStoreRequestsPerSecond?: number;
  /** Whether answers to CloudFormation may contradict each other, for whoever looks at `contradictions`. Default: closing the bed fails with them. */
  readonly toleratesContradictions?: boolean;
  /** Progress, one line at a time. Default: standard error. */
  readonly log?: (line: string) => void;
}

/** A request to the bed's address, with the function that made it, when one did with its own credentials. */
export type BedRequest = ApiRequest & { readonly functionName: string | null };

/** What AWS SDK v3 clients need; S3 clients also want `forcePathStyle: true`. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: BedCredentials;
}

interface Parts {
  readonly root: string;
  readonly runtimes: readonly RuntimeSupport[];
  readonly isolation: IsolationName;
  readonly dataPlane: DataPlane;
  readonly controlPlane: ControlPlane;
  readonly processes: Supervised;
  readonly python: string;
  readonly toleratesContradictions: boolean;
  readonly log: (line: string) => void;
}

export class Bed {
  /**
   * Starts the control plane and the data plane on free ports and says through `log` what is weaker than AWS.
   * @throws Error when something the bed needs is missing, naming it
   */
  static async open(options: BedOptions = {}): Promise<Bed> {
    const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
    const python = await virtualEnvironment({ log });
    const runtimes = await supportedRuntimes();
    const { name: isolationName } = await isolation();
    // Mounts and pid files name it: a short path of the bed's own, removed by the launcher when the bed is gone
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'bed-'));
    let controlPlane: ControlPlane | undefined;
    let dataPlane: DataPlane | undefined;
    try {
      dataPlane = await DataPlane.start(
        {
          controlPlane: () => {
            if (!controlPlane) {
              throw new Error('the control plane has not started yet');
            }
            return controlPlane.url;
          },
          workDir: path.join(root, 'data-plane'),
          accountConcurrency: options.accountConcurrency,
          asyncTimeScale: options.asyncTimeScale,
          onEvent: options.onEvent,
          keepPayloads: options.keepPayloads,
          log: (line) => log(`data plane: ${line}`),
        },
        { initLimitMs: options.initLimitMs },
      );
      controlPlane = await ControlPlane.start({
        python,
        root,
        dataPlaneUrl: dataPlane.url,
        keepBodies: options.keepPayloads,
        parameterStoreRequestsPerSecond: options.parameterStoreRequestsPerSecond,
        log,
      });
    } catch (error) {
      await dataPlane?.close();
      fs.rmSync(root, { recursive: true, force: true });
      throw error;
    }
    const { toleratesContradictions = false } = options;
    const processes = new Supervised();
    const bed = new Bed({ root, runtimes, isolation: isolationName, dataPlane, controlPlane, processes, python, toleratesContradictions, log });
    bed.introduce(options.asyncTimeScale ?? 1);
    return bed;
  }

  readonly account = ACCOUNT;
  readonly region = REGION;
  /** The environment that the bed's children get; nothing else of the caller's reaches them. */
  readonly environment: Readonly<Record<string, string>>;
  private readonly cli: CdkCli;
  private closed?: Promise<void>;

  private constructor(private readonly parts: Parts) {
    this.environment = bedEnvironment(parts.root, parts.controlPlane.url);
    const { python, root, processes, log } = parts;
    this.cli = new CdkCli({ python, root, processes, log, environment: this.environment });
  }

  /** `http://127.0.0.1:PORT`: every AWS API, Invoke included. */
  get endpoint(): string {
    return this.parts.controlPlane.url;
  }

  get clientConfig(): ClientConfig {
    return { endpoint: this.endpoint, region: this.region, credentials: credentials() };
  }

  /** What separates the functions from this machine. */
  get isolation(): IsolationName {
    return this.parts.isolation;
  }

  /** Every runtime the bed knows, with what runs it here or why it can't. */
  get runtimes(): readonly RuntimeSupport[] {
    return this.parts.runtimes;
  }

  /**
   * The newest runtime of a language that can run here.
   *
   * @throws Error saying why none can
   */
  newestRuntime(family: RuntimeFamily): string {
    return newestRuntime(this.parts.runtimes, family);
  }

  /**
   * The stock CDK CLI: `cdk bootstrap` once per bed, then `cdk deploy`. Without stack names: all of the app's.
   * @returns outputs by stack
   * @throws Error with the CLI's last lines
   */
  deploy(app: CdkApp, ...stacks: string[]): Promise<StackOutputs> {
    return this.cli.deploy(app, stacks);
  }

  /** `cdk destroy --force`. Without stack names: all of the app's. */
  destroy(app: CdkApp, ...stacks: string[]): Promise<void> {
    return this.cli.destroy(app, stacks);
  }

  /** Every invocation so far, in order of arrival. */
  invocations(): readonly InvocationRecord[] {
    return this.parts.dataPlane.invocations;
  }

  /** Every API request to the bed so far, in order of their answers; each is listed a moment after its answer. */
  requests(): readonly BedRequest[] {
    const arns = new Set(this.parts.dataPlane.invocations.map((invocation) => invocation.functionArn.split(':').slice(0, 7).join(':')));
    const names = new Map([...arns].map((arn) => [dummyCredentials(arn).accessKeyId, arn.split(':')[6]]));
    return this.parts.controlPlane.requests.map((request) => ({ ...request, functionName: names.get(request.accessKeyId ?? '') ?? null }));
  }

  /** Events of asynchronous triggers that the data plane refused. */
  undelivered(): readonly Undelivered[] {
    return this.parts.controlPlane.undelivered;
  }

  /** Every answer that was PUT to a ResponseURL so far, in order of arrival: of two to one request CloudFormation has seen the first. */
  answers(): readonly ResourceAnswer[] {
    return this.parts.controlPlane.answers.all;
  }

  /** Of requests that were answered more than once, with another status or id: a sentence each. */
  contradictions(): readonly string[] {
    return this.parts.controlPlane.answers.contradictions;
  }

  /**
   * Ends everything the bed started: no process, port or file is left. May be called again.
   * @throws Error when a request of CloudFormation's got answers that contradict each other, once everything has ended
   */
  close(): Promise<void> {
    this.closed ??= this.end();
    return this.closed;
  }

  private async end(): Promise<void> {
    const { processes, dataPlane, controlPlane, root, toleratesContradictions } = this.parts;
    await processes.close();
    try {
      await dataPlane.close();
    } finally {
      await controlPlane.close();
      fs.rmSync(root, { recursive: true, force: true });
    }
    if (this.contradictions().length > 0 && !toleratesContradictions) {
      throw new Error(this.contradictions().join('\n'));
    }
  }

  private introduce(asyncTimeScale: number): void {
    const { log, controlPlane, runtimes } = this.parts;
    log(`bed: ${controlPlane.emulator} at ${this.endpoint}, account ${ACCOUNT}, region ${REGION}`);
    log(`bed: functions run in sandboxes of ${this.isolation}`);
    for (const runtime of runtimes) {
      log(
        `bed: ${runtime.runtime}: ${runtime.missing ? `not here (${runtime.missing})` : [runtime.interpreter, runtime.client, runtime.label].filter(Boolean).join(', ')}`,
      );
    }
    if (asyncTimeScale !== 1) {
      log(`bed: the asynchronous queue's retry delays and event age are divided by ${asyncTimeScale}`);
    }
    for (const line of WEAKER_THAN_AWS) {
      log(`bed: weaker than AWS: ${line}`);
    }
  }
}
