/** A control plane with a data plane that notes what it is handed and answers as the test says; no sandbox runs. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';

import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { CreateFunctionCommand, type CreateFunctionCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';

import { ControlPlane, type ControlPlaneOptions } from '../../../local/control-plane/control-plane';
import { bedEnvironment, credentials, REGION } from '../../../local/control-plane/process-environment';
import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';

/** A limit, not an expectation: a loaded machine may take its time. */
const PATIENCE_MS = 100_000;
jest.setTimeout(PATIENCE_MS + 20_000);

/** What the data plane is handed for one invocation. */
export interface Handed {
  readonly door: string;
  readonly mode: string;
  readonly function: string;
  readonly qualifier: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. */
  readonly event: any;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export type Handler = (handed: Handed) => Reply | undefined | Promise<Reply | undefined>;

const accepted = (handed: Handed): Reply => (handed.mode === 'Event' ? { status: 202 } : { status: 200, body: 'null' });

/** Stands where the data plane is, on the loopback interface. */
export class Recorder {
  static async start(): Promise<Recorder> {
    const recorder = new Recorder();
    await new Promise<void>((resolve) => recorder.server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  readonly handed: Handed[] = [];
  /** Answers invocations; what it leaves undefined is accepted. */
  answer: Handler = () => undefined;
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      const header = (name: string) => String(request.headers[name] ?? '');
      const handed: Handed = {
        door: header('x-bed-door'),
        mode: header('x-bed-mode'),
        function: header('x-bed-function'),
        qualifier: header('x-bed-qualifier'),
        headers: request.headers,
        body,
        get event() {
          return JSON.parse(body.toString());
        },
      };
      this.handed.push(handed);
      const reply = (await this.answer(handed)) ?? accepted(handed);
      response.writeHead(reply.status ?? 200, { 'x-amzn-requestid': randomBytes(8).toString('hex'), ...reply.headers });
      response.end(reply.body);
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The first invocation that fits, as soon as there is one. */
  next(fits: (handed: Handed) => boolean): Promise<Handed> {
    return eventually(async () => this.handed.find(fits));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export class Harness {
  static async open(options: Pick<ControlPlaneOptions, 'parameterStoreRequestsPerSecond'> = {}): Promise<Harness> {
    const lines: string[] = [];
    const python = await virtualEnvironment({ log: () => undefined });
    const recorder = await Recorder.start();
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'bed-test-'));
    try {
      const controlPlane = await ControlPlane.start({ python, root, dataPlaneUrl: recorder.url, log: (line) => lines.push(line), ...options });
      return new Harness(python, controlPlane, recorder, root, lines);
    } catch (error) {
      await recorder.close();
      fs.rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  readonly clientConfig: { endpoint: string; region: string; credentials: ReturnType<typeof credentials> };
  readonly lambda: LambdaClient;
  readonly cloudFormation: CloudFormationClient;

  private constructor(
    readonly python: string,
    readonly controlPlane: ControlPlane,
    readonly recorder: Recorder,
    readonly root: string,
    readonly lines: readonly string[],
  ) {
    this.clientConfig = { endpoint: controlPlane.url, region: REGION, credentials: credentials() };
    this.lambda = new LambdaClient(this.clientConfig);
    this.cloudFormation = new CloudFormationClient(this.clientConfig);
  }

  /** Creates a function and returns its ARN. */
  async createFunction(name: string, more: Partial<CreateFunctionCommandInput> = {}): Promise<string> {
    const { FunctionArn } = await this.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'python3.11',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { ZipFile: zip({ 'index.py': `# ${name}\ndef handler(event, context): return event\n` }) },
        ...more,
      }),
    );
    return FunctionArn!;
  }

  async createStack(name: string, template: object): Promise<void> {
    await this.cloudFormation.send(
      new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template), Capabilities: ['CAPABILITY_IAM'] }),
    );
  }

  /** The stack, once its status no longer says in progress. */
  async settled(name: string): Promise<Stack> {
    return eventually(async () => {
      const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
      const stack = Stacks![0];
      return stack.StackStatus!.endsWith('_IN_PROGRESS') ? undefined : stack;
    });
  }

  /** Reasons of the stack's failed events, oldest first. */
  async failures(name: string, logicalId: string): Promise<string[]> {
    const { StackEvents } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: name }));
    return StackEvents!
      .filter((e) => e.LogicalResourceId === logicalId && e.ResourceStatus!.endsWith('_FAILED'))
      .map((e) => e.ResourceStatusReason!)
      .reverse();
  }

  async close(): Promise<void> {
    await this.controlPlane.close();
    await this.recorder.close();
  }
}

/** A zip with the given files, as bytes. */
export function zip(files: Record<string, string>): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))));
}

/** Asks again until there is an answer; rejects after PATIENCE_MS, so that a test that fails also ends. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`no answer after ${PATIENCE_MS / 1000} s: ${ask.toString()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20).unref());
  }
}

/** Calls an API through botocore. */
export async function botocore(harness: Harness, service: string, operation: string, parameters: object): Promise<any> {
  const child = spawn(harness.python, [path.join(__dirname, 'aws_call.py'), service, operation], {
    env: bedEnvironment(harness.root, harness.controlPlane.url),
  });
  child.stdin.end(JSON.stringify(parameters));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once('close', resolve))]);
  if (code !== 0) {
    throw new Error(`${service} ${operation}: ${errors}`);
  }
  return JSON.parse(output);
}
