/**
 * HTTP with kept connections and one deadline for each request, name lookup included. Leaves nothing behind that keeps the event loop alive: a
 * callback handler's response waits until that is empty, so timers are cleared and the agent lets go of idle sockets.
 */
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';

import { reasonOf } from '../../thrown';

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Buffer;
  /** Milliseconds for everything. */
  readonly budget: number;
  /** Uses no kept connection: it may have died in a freeze. */
  readonly fresh?: boolean;
}

/** No complete response arrived. */
export class TransportError extends Error {}

interface HttpModule {
  Agent: new (options: object) => Agent;
  request(options: RequestOptions, callback: (response: IncomingMessage) => void): ClientRequest;
}

/** Milliseconds: connections idle for longer are not worth a try. */
const MOST_IDLE = 20_000;

const agents = new Map<string, Agent>();

/**
 * Sends once. Redirects are not followed.
 *
 * @throws TransportError, at the latest when the budget is over
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const { url } = request;
  const budget = Math.max(0, request.budget);
  let timer: NodeJS.Timeout | undefined;
  let sent: ClientRequest | undefined;
  let over = false;
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      timer = setTimeout(() => {
        over = true;
        reject(new Error(`no answer within ${Math.round(budget)} ms`));
      }, budget);
      load(url.protocol)
        .then((http) => {
          if (!over) {
            sent = open(http, request, resolve, reject);
          }
        })
        .catch(reject);
    });
  } catch (error) {
    sent?.destroy();
    throw new TransportError(`${url.hostname}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function load(protocol: string): Promise<HttpModule> {
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Error(`'${protocol}' is neither http: nor https:`);
  }
  return protocol === 'https:' ? import('node:https') : import('node:http');
}

function open(http: HttpModule, request: HttpRequest, resolve: (response: HttpResponse) => void, reject: (error: Error) => void): ClientRequest {
  const { method, url, headers, body, fresh } = request;
  let agent: Agent | false = false;
  if (!fresh) {
    agent = agents.get(url.protocol) ?? new http.Agent({ keepAlive: true, timeout: MOST_IDLE });
    agents.set(url.protocol, agent);
  }
  const options: RequestOptions = {
    agent,
    method,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: url.pathname + url.search,
    headers: { 'host': url.host, 'content-length': Buffer.byteLength(body), ...headers },
  };
  const sent = http.request(options, (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }));
    response.on('error', reject); // a body cut off is one
  });
  sent.on('error', reject);
  sent.end(body);
  return sent;
}
