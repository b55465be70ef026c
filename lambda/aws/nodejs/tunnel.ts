/** TLS through a proxy: connections that begin with CONNECT, and are kept as any other. */
import type { ClientRequest as Request, RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';

import { placeOf, type Proxy, refusal, serverNameOf } from './proxy';

/** As they are when the process starts, see the transport. */
const { Agent: HttpAgent, ClientRequest } = process.getBuiltinModule('node:http');
const { Agent: HttpsAgent } = process.getBuiltinModule('node:https');
const { connect } = process.getBuiltinModule('node:tls');

/** What asks for a connection. */
export interface TunnelOptions extends RequestOptions {
  /** Is given the CONNECT, which whoever gives up has to break off: there is no socket yet. */
  readonly opening: (request: Request) => void;
}

type Done = (error: Error | null, socket?: Duplex) => void;

export class TunnelAgent extends HttpsAgent {
  constructor(
    private readonly proxy: Proxy,
    options: { readonly keepAlive: boolean; readonly timeout?: number },
  ) {
    super(options);
  }

  override createConnection(options: RequestOptions, done: Done): undefined {
    const { protocol, hostname, port, authorization } = this.proxy;
    const place = placeOf({ hostname: options.host!, port: Number(options.port) });
    const asked = new ClientRequest({
      agent: protocol === 'https:' ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
      protocol,
      hostname,
      port,
      ...(protocol === 'https:' && { servername: serverNameOf(this.proxy) }),
      method: 'CONNECT',
      path: place,
      headers: { host: place, connection: 'keep-alive', ...(authorization && { 'proxy-authorization': authorization }) },
    });
    (options as TunnelOptions).opening(asked);
    asked.on('error', done);
    asked.on('connect', ({ statusCode: status }, socket: Socket, early: Buffer) => {
      if (status! < 200 || status! >= 300) {
        socket.destroy();
        done(new Error(refusal(this.proxy, status!, place)));
      } else if (early.length > 0) {
        // the other end of TLS never speaks first
        socket.destroy();
        done(new Error(`the proxy sent a body of its own after CONNECT ${place}`));
      } else {
        done(null, connect({ ...(options as ConnectionOptions), socket }));
      }
    });
    asked.end();
  }
}
