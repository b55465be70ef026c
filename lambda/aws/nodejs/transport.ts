/**
 * HTTP with kept connections and one deadline for each request, name lookup included. Leaves nothing behind that keeps the event loop alive: a
 * callback handler's response waits until that is empty, so timers are cleared and the agent lets go of idle sockets.
 */
import type { ClientRequest as Request, IncomingHttpHeaders, RequestOptions } from 'node:http';

import { reasonOf } from '../../thrown';
import { placeOf, type Proxy, refusal, serverNameOf } from './proxy';
import { TunnelAgent, type TunnelOptions } from './tunnel';

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
  /** What it goes through. What is on this machine, the Runtime API and the container's credentials, is asked without. */
  readonly proxy?: Proxy;
  /** Is told that the whole request has left. */
  readonly onSent?: () => void;
}

/** No complete response arrived. */
export class TransportError extends Error {}

/** Milliseconds: connections idle for longer are not worth a try. */
const MOST_IDLE = 20_000;
const KEPT = { keepAlive: true, timeout: MOST_IDLE } as const;

/**
 * As they are when the process starts: user code may put another request or global agent into the modules, of a proxy for instance, that knows
 * nothing of these calls. Tracing tools have put their own `request` there before that, and would report each call as one of the function's: so it
 * is the class that is used, which `request` of either module makes an object of.
 */
const { Agent: HttpAgent, ClientRequest } = process.getBuiltinModule('node:http');
const { Agent: HttpsAgent } = process.getBuiltinModule('node:https');

const AGENTS = {
  'http:': agents(HttpAgent),
  'https:': agents(HttpsAgent),
} as const;

/** Kept tunnels, by the proxy that they go through. */
const TUNNELS = new WeakMap<Proxy, TunnelAgent>();

/** Without an agent of its own a request takes the global one, or makes one of the same class. */
function agents<A>(Agent: new (options: object) => A) {
  return { kept: new Agent(KEPT), fresh: () => new Agent({ keepAlive: false }) };
}

/**
 * Sends once. Redirects are not followed.
 *
 * @throws TransportError, at the latest when the budget is over
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const { url, proxy } = request;
  const budget = Math.max(0, request.budget);
  let timer: NodeJS.Timeout | undefined;
  let breakOff: (() => void) | undefined;
  try {
    return await new Promise<HttpResponse>((resolve, reject) => {
      timer = setTimeout(() => {
        setImmediate(() => reject(new Error('no answer in time'))); // what came while user code kept the process busy is read before that
      }, budget);
      breakOff = open(request, resolve, reject);
    });
  } catch (error) {
    breakOff?.();
    const through = proxy ? ` through the proxy ${placeOf(proxy)} of ${proxy.variable}` : '';
    throw new TransportError(`${url.hostname}${through}: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Begins, and tells how to break off. */
function open(request: HttpRequest, resolve: (response: HttpResponse) => void, reject: (error: Error) => void): () => void {
  const { method, url, headers, body, proxy, onSent } = request;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body; // Node.js would count and encode a text with what user code may have patched
  let connecting: Request | undefined;
  const way = wayOf(request, (opened) => {
    connecting = opened;
  });
  const all = { 'host': url.host, 'content-length': bytes.length, ...headers, ...way.headers };
  const sent = new ClientRequest({ ...way, method, headers: all }, (response) => {
    if (response.statusCode === 407 && proxy) {
      reject(new Error(refusal(proxy, 407, url.host)));
    }
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }));
    response.on('error', reject); // a body cut off is one
  });
  sent.on('error', reject);
  if (onSent) {
    sent.on('finish', onSent);
  }
  sent.end(bytes);
  return () => {
    connecting?.destroy();
    sent.destroy();
  };
}

/** Over which connection and for which target a request is sent: to the host itself, through a tunnel, or to the proxy as it is. */
function wayOf({ url, fresh, proxy }: HttpRequest, opening: TunnelOptions['opening']): RequestOptions & { readonly servername?: string } {
  const { protocol, host, hostname, port, pathname, search } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new Error(`'${protocol}' is neither http: nor https:`);
  }
  const path = pathname + search;
  const options = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, path };
  if (proxy && protocol === 'http:') {
    const { authorization } = proxy;
    const { kept, fresh: another } = AGENTS[proxy.protocol];
    return {
      agent: fresh ? another() : kept,
      protocol: proxy.protocol,
      hostname: proxy.hostname,
      port: proxy.port,
      servername: serverNameOf(proxy),
      path: `${protocol}//${host}${path}`,
      headers: authorization === undefined ? {} : { 'proxy-authorization': authorization },
    };
  }
  if (proxy) {
    const tunnel: TunnelOptions = { ...options, opening, agent: fresh ? new TunnelAgent(proxy, { keepAlive: false }) : keptTunnel(proxy) };
    return tunnel;
  }
  const { kept, fresh: another } = AGENTS[protocol];
  return { ...options, agent: fresh ? another() : kept };
}

function keptTunnel(proxy: Proxy): TunnelAgent {
  const kept = TUNNELS.get(proxy) ?? new TunnelAgent(proxy, KEPT);
  TUNNELS.set(proxy, kept);
  return kept;
}
