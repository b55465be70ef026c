import { randomUUID } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

import { errorResponse, type Invoke, type InvokeRequest, type InvokeResponse, payloadLimit, unknownMode } from './invoke';
import { requestTooLarge } from './payload';
import type { InvocationMode, Records } from './records';
import { BodyTooLargeError, readBody } from './request-body';
import { asServiceError, ServiceError } from './service-error';

/** The data plane's own address: the launcher hands invocations in, people and tests look at what happened. */
export class DataPlaneServer {
  static async listen(invoke: Invoke, records: Records): Promise<DataPlaneServer> {
    const server = new DataPlaneServer(invoke, records);
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.server.listen(0, '127.0.0.1', resolve);
    });
    server.address = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return server;
  }

  private readonly server: http.Server;
  private address = '';

  private constructor(
    private readonly invoke: Invoke,
    private readonly records: Records,
  ) {
    // A synchronous invocation takes as long as the function may run
    this.server = http.createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
      this.route(request, response).catch((error: unknown) => send(response, errorResponse(randomUUID(), asServiceError(error))));
    });
  }

  /** Stays the same after the end, when nobody answers there. */
  get url(): string {
    return this.address;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async route(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const route = `${request.method} ${new URL(request.url ?? '/', this.url).pathname}`;
    if (route === 'POST /invoke') {
      send(response, await this.takeInvoke(request));
    } else if (route === 'GET /invocations') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.records.invocations));
    } else if (route === 'GET /events') {
      this.streamEvents(response);
    } else {
      request.resume();
      throw new ServiceError(404, 'UnknownOperationException', `${route} is none of POST /invoke, GET /invocations, GET /events.`);
    }
  }

  private async takeInvoke(request: http.IncomingMessage): Promise<InvokeResponse> {
    const mode = header(request, 'x-bed-mode') ?? 'RequestResponse';
    if (!isMode(mode)) {
      request.resume();
      throw unknownMode(mode);
    }
    const functionName = header(request, 'x-bed-function');
    if (functionName === undefined) {
      request.resume();
      throw new ServiceError(400, 'InvalidParameterValueException', 'The header x-bed-function is missing: it names the function to invoke.');
    }
    const invokeRequest: InvokeRequest = {
      functionName,
      qualifier: header(request, 'x-bed-qualifier') ?? '',
      mode,
      door: header(request, 'x-bed-door') ?? 'invoke',
      payload: await readPayload(request, mode),
      clientContext: header(request, 'x-amz-client-context'),
      traceId: header(request, 'x-amzn-trace-id'),
      logType: header(request, 'x-amz-log-type'),
      tenantId: header(request, 'x-amz-tenant-id'),
    };
    return this.invoke.handle(invokeRequest);
  }

  private streamEvents(response: http.ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.flushHeaders();
    const stop = this.records.follow((event) => response.write(`${JSON.stringify(event)}\n`));
    response.on('close', stop);
  }
}

async function readPayload(request: http.IncomingMessage, mode: InvocationMode): Promise<Buffer> {
  const limit = payloadLimit(mode);
  try {
    return await readBody(request, limit);
  } catch (error) {
    throw error instanceof BodyTooLargeError ? requestTooLarge(limit) : error;
  }
}

function isMode(mode: string): mode is InvocationMode {
  return mode === 'RequestResponse' || mode === 'Event' || mode === 'DryRun';
}

/** A header's value; an empty one counts as absent. */
function header(request: http.IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function send(response: http.ServerResponse, { status, headers, body }: InvokeResponse): void {
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
}
