/**
 * HTTP with kept connections and one deadline for each request, name lookup included. Leaves nothing behind that keeps the event loop alive: a
 * callback handler's response waits until that is empty, so timers are cleared and the agent lets go of idle sockets.
 */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';

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

/** Milliseconds: connections idle for longer are not worth a try. */
const MOST_IDLE = 20_000;

/**
 * As they are when the process starts: user code may put another request or global agent into the modules, of a proxy for instance, that knows
 * nothing of these calls.
 */
const { Agent: HttpAgent, request: requestHttp } = process.getBuiltinModule('node:http');
const { Agent: HttpsAgent, request: requestHttps } = process.getBuiltinModule('node:https');

const SCHEMES = {
  'http:': scheme(requestHttp, HttpAgent),
  'https:': scheme(requestHttps, HttpsAgent),
} as const;

/** Without an agent of its own a request takes the global one, or makes one of the same class. */
function scheme<A>(
  request: (options: RequestOptions, callback: (response: IncomingMessage) => void) => ClientRequest,
  Agent: new (options: object) => A,
) {
  return { request, kept: new Agent({ keepAlive: true, timeout: MOST_IDLE }), fresh: () => new Agent({ keepAlive: false }) };
}

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
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${Math.round(budget)} ms`));
      }, budget);
      sent = open(request, resolve, reject);
    });
  } catch (error) {
    sent?.destroy();
    throw new TransportError(`${url.hostname}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function open(request: HttpRequest, resolve: (response: HttpResponse) => void, reject: (error: Error) => void): ClientRequest {
  const { method, url, headers, body, fresh } = request;
  const { protocol } = url;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body; // Node.js would count and encode a text with what user code may have patched
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Error(`'${protocol}' is neither http: nor https:`);
  }
  const { request: start, kept, fresh: another } = SCHEMES[protocol];
  const options: RequestOptions = {
    agent: fresh ? another() : kept,
    protocol,
    method,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: url.pathname + url.search,
    headers: { 'host': url.host, 'content-length': bytes.length, ...headers },
  };
  const sent = start(options, (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }));
    response.on('error', reject); // a body cut off is one
  });
  sent.on('error', reject);
  sent.end(bytes);
  return sent;
}
