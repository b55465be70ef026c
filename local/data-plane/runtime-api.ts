import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

import { Completion } from './completion';
import { SYNCHRONOUS_PAYLOAD_LIMIT } from './limits';
import { BodyTooLargeError, readBody, TruncatedBodyError } from './request-body';

/** What one environment is given to run. */
export interface RuntimeInvocation {
  readonly requestId: string;
  /** One for each delivery; a client that echoes another one answers somebody else's invocation. */
  readonly invocationId: string;
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly payload: Buffer;
  /** Decoded JSON, as AWS hands it to the runtime. */
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  readonly tenantId?: string;
}

/** What the runtime posted: a response, or an error (also one in the trailers of a streamed response). */
export interface RuntimeOutcome {
  readonly payload: Buffer;
  readonly contentType: string;
  /** Whether it was sent as a stream. */
  readonly streamed?: true;
  /** Set when it is an error: what the client reported, or `Runtime.Unknown`. */
  readonly errorType?: string;
}

const VERSION_PREFIX = '/2018-06-01';
const HEADER = {
  errorType: 'lambda-runtime-function-error-type',
  errorBody: 'lambda-runtime-function-error-body',
  responseMode: 'lambda-runtime-function-response-mode',
  invocationId: 'lambda-runtime-invocation-id',
};

/** How long the connections of a process that ended are read. */
const DRAIN_LIMIT_MS = 1000;

/** States of the runtime by the names that AWS's error texts use. */
type State = 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'InvocationErrorResponse' | 'RuntimeResponseSentState';

/**
 * AWS Lambda's Runtime API for one environment: hands invocations in and gets responses out.
 * Texts, types and transitions follow AWS's runtime interface emulator and, for the invocation id, AWS's clients from July 2026 on.
 */
export class RuntimeApi {
  /** Serves on a free port of the loopback interface; `onRequest` sees what comes, before it is answered. */
  static async listen(onRequest?: (request: http.IncomingMessage) => void): Promise<RuntimeApi> {
    const api = new RuntimeApi(onRequest);
    await new Promise<void>((resolve, reject) => {
      api.server.once('error', reject);
      api.server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  /** Settled when the runtime first asks for an invocation: the init phase is over. */
  readonly initialised: Promise<void>;
  /** Settled when the runtime reports that it could not initialise. */
  readonly initFailed: Promise<RuntimeOutcome>;

  private readonly server: http.Server;
  private readonly firstNext = new Completion<void>();
  private readonly initError = new Completion<RuntimeOutcome>();
  private readonly connections = new Set<Socket>();
  private readonly waiting = new Set<http.ServerResponse>();
  private state: State = 'Started';
  private current?: { invocation: RuntimeInvocation; outcome: Completion<RuntimeOutcome>; ready: Completion<void> };

  private constructor(onRequest: (request: http.IncomingMessage) => void = () => undefined) {
    this.initialised = this.firstNext.promise;
    this.initFailed = this.initError.promise;
    // No time limits: a client waits for its next invocation as long as it takes, frozen or not
    this.server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
      onRequest(request);
      this.handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) {
          answer(response, 500, 'InternalServerError', `Internal Server Error: ${String(error)}`);
        } else {
          response.destroy();
        }
      });
    });
    this.server.on('connection', (socket) => {
      this.connections.add(socket);
      socket.on('close', () => this.connections.delete(socket));
    });
  }

  /** `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Whether the runtime holds a request for its next invocation. */
  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  /**
   * Hands one invocation to the runtime, now or as soon as it asks.
   * `outcome` is what the runtime posts; `ready` is settled when it asks for the next invocation after that.
   * @throws Error when an invocation is under way: an environment runs one at a time.
   */
  deliver(invocation: RuntimeInvocation): { outcome: Promise<RuntimeOutcome>; ready: Promise<void> } {
    if (this.current) {
      throw new Error(`The environment still runs ${this.current.invocation.requestId}, it cannot take ${invocation.requestId}.`);
    }
    this.current = { invocation, outcome: new Completion(), ready: new Completion() };
    const { outcome, ready } = this.current;
    if (this.waiting.size > 0) {
      this.handOver();
    }
    return { outcome: outcome.promise, ready: ready.promise };
  }

  /**
   * Settled when every connection has ended and what came over it was read: call it when the processes are gone.
   * Gives up after a second, for a connection may have been handed to somebody else.
   */
  async drained(): Promise<void> {
    const ended = [...this.connections].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
    const patience = new AbortController();
    await Promise.race([Promise.all(ended), delay(DRAIN_LIMIT_MS, undefined, { signal: patience.signal, ref: false }).catch(() => undefined)]);
    patience.abort();
    await turn();
  }

  /** Ends every connection and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://runtime').pathname;
    const route = path.startsWith(VERSION_PREFIX) ? path.slice(VERSION_PREFIX.length) : undefined;
    const match = route === undefined ? null : /^\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(route);
    if (route === '/runtime/invocation/next' && request.method === 'GET') {
      this.next(request, response);
    } else if (match && request.method === 'POST') {
      await this.finish(decodeURIComponent(match[1]), match[2] as 'response' | 'error', request, response);
    } else if (route === '/runtime/init/error' && request.method === 'POST') {
      await this.failInit(request, response);
    } else {
      // Includes /restore/*, which exists only for functions with SnapStart
      request.resume();
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    }
  }

  private next(request: http.IncomingMessage, response: http.ServerResponse): void {
    request.resume();
    if (this.state === 'InitError' || this.state === 'InvocationResponse' || this.state === 'InvocationErrorResponse') {
      refuseTransition(response, this.state, 'Ready');
      return;
    }
    this.waiting.add(response);
    response.on('close', () => this.waiting.delete(response));
    if (this.state === 'RuntimeResponseSentState') {
      this.state = 'Ready';
      const { ready } = this.current!;
      this.current = undefined;
      ready.resolve();
    } else if (this.state === 'Started') {
      this.state = 'Ready';
      this.firstNext.resolve();
    }
    // A second request while an invocation runs gets the same one again, as in AWS's emulator
    if (this.current) {
      this.handOver();
    }
  }

  private handOver(): void {
    const { invocation } = this.current!;
    this.state = 'Running';
    for (const response of this.waiting) {
      this.waiting.delete(response);
      response.writeHead(200, invocationHeaders(invocation)).end(invocation.payload);
    }
  }

  private async finish(requestId: string, kind: 'response' | 'error', request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const current = this.current;
    if (!current || current.invocation.requestId !== requestId) {
      request.resume();
      answer(response, 400, 'InvalidRequestID', 'Invalid request ID');
      return;
    }
    const invocationId = header(request, HEADER.invocationId);
    if (invocationId !== undefined && invocationId !== current.invocation.invocationId) {
      request.resume();
      answer(response, 410, 'InvalidInvocationID', `Invocation ${invocationId} is gone`);
      return;
    }
    const receiving = kind === 'response' ? 'InvocationResponse' : 'InvocationErrorResponse';
    if (this.state !== 'Running') {
      request.resume();
      refuseTransition(response, this.state, receiving);
      return;
    }
    this.state = receiving;
    const mode = header(request, HEADER.responseMode);
    if (mode !== undefined && mode !== 'streaming') {
      request.resume();
      this.settle(current, runtimeError('Runtime.InvalidResponseModeHeader', `Invalid function response mode: ${mode}`));
      answer(response, 400, 'InvalidFunctionResponseMode', 'Invalid function response mode');
      return;
    }
    try {
      const body = await readBody(request, SYNCHRONOUS_PAYLOAD_LIMIT);
      const contentType = header(request, 'content-type') ?? 'application/json';
      this.settle(current, kind === 'error' ? errorOutcome(request, body, contentType) : responseOutcome(request, body, contentType));
      accepted(response);
    } catch (error) {
      this.refuseBody(current, error, response);
    }
  }

  private refuseBody(current: NonNullable<RuntimeApi['current']>, error: unknown, response: http.ServerResponse): void {
    if (error instanceof BodyTooLargeError) {
      this.settle(
        current,
        runtimeError(
          'Function.ResponseSizeTooLarge',
          `Response payload size exceeded maximum allowed payload size (${SYNCHRONOUS_PAYLOAD_LIMIT} bytes).`,
        ),
      );
      answer(response, 413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size (${SYNCHRONOUS_PAYLOAD_LIMIT} bytes).`);
    } else if (error instanceof TruncatedBodyError) {
      this.settle(current, runtimeError('Runtime.TruncatedResponse', 'Response truncated'));
      answer(response, 400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated');
    } else {
      throw error;
    }
  }

  private settle(current: NonNullable<RuntimeApi['current']>, outcome: RuntimeOutcome): void {
    this.state = 'RuntimeResponseSentState';
    current.outcome.resolve(outcome);
  }

  private async failInit(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    if (this.state !== 'Started') {
      request.resume();
      refuseTransition(response, this.state, 'InitError');
      return;
    }
    this.state = 'InitError';
    const body = await readBody(request, SYNCHRONOUS_PAYLOAD_LIMIT);
    accepted(response);
    this.initError.resolve(errorOutcome(request, body, 'application/json'));
  }
}

function invocationHeaders(invocation: RuntimeInvocation): http.OutgoingHttpHeaders {
  const optional = {
    'Lambda-Runtime-Client-Context': invocation.clientContext,
    'Lambda-Runtime-Cognito-Identity': invocation.cognitoIdentity,
    'Lambda-Runtime-Aws-Tenant-Id': invocation.tenantId,
  };
  return {
    'Content-Type': 'application/json', // the native Node.js client crashes without it
    'Content-Length': invocation.payload.length,
    'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
    'Lambda-Runtime-Invocation-Id': invocation.invocationId,
    'Lambda-Runtime-Deadline-Ms': String(invocation.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
    'Lambda-Runtime-Trace-Id': invocation.traceId,
    // Header values are bytes: text outside Latin-1 goes as UTF-8
    ...Object.fromEntries(
      Object.entries(optional)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, asHeaderBytes(value!)]),
    ),
  };
}

function asHeaderBytes(value: string): string {
  return Buffer.from(value.replace(/[\r\n]+/g, ' '), 'utf8').toString('latin1');
}

/** A response, unless its trailers say that the handler failed while it streamed. */
function responseOutcome(request: http.IncomingMessage, body: Buffer, contentType: string): RuntimeOutcome {
  const errorType = request.trailers[HEADER.errorType];
  if (errorType === undefined) {
    return { payload: body, contentType, ...(header(request, HEADER.responseMode) === 'streaming' && { streamed: true as const }) };
  }
  const errorBody = request.trailers[HEADER.errorBody];
  return {
    payload: errorBody === undefined ? Buffer.from(JSON.stringify({ errorType })) : Buffer.from(errorBody, 'base64'),
    contentType: 'application/json',
    errorType,
  };
}

function errorOutcome(request: http.IncomingMessage, body: Buffer, contentType: string): RuntimeOutcome {
  return { payload: body, contentType, errorType: errorTypeOf(body) ?? header(request, HEADER.errorType) ?? 'Runtime.Unknown' };
}

function errorTypeOf(body: Buffer): string | undefined {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as { errorType?: unknown } | null;
    return typeof parsed?.errorType === 'string' ? parsed.errorType : undefined;
  } catch {
    return undefined;
  }
}

function runtimeError(errorType: string, errorMessage: string): RuntimeOutcome {
  return { payload: Buffer.from(JSON.stringify({ errorMessage, errorType })), contentType: 'application/json', errorType };
}

function header(request: http.IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function accepted(response: http.ServerResponse): void {
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"status":"OK"}\n');
}

function refuseTransition(response: http.ServerResponse, from: State, to: string): void {
  answer(
    response,
    403,
    'InvalidStateTransition',
    `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`,
  );
}

function answer(response: http.ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify({ errorMessage, errorType })}\n`);
}
