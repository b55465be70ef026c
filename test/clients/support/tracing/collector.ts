/** What a tracing tool talks to, on this machine: the service that the handler calls, and the vendor's endpoint over HTTP and over UDP. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

const HOST = '127.0.0.1';

export class Collector {
  static async open(): Promise<Collector> {
    const collector = new Collector();
    collector.server.listen(0, HOST);
    collector.socket.bind(0, HOST);
    await Promise.all([once(collector.server, 'listening'), once(collector.socket, 'listening')]);
    return collector;
  }

  /** What was sent to it, as text in which the names of a binary form can be found. */
  readonly reports: string[] = [];
  private readonly server: Server;
  private readonly socket: Socket = createSocket('udp4');

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      const pieces: Buffer[] = [];
      incoming
        .on('data', (piece: Buffer) => pieces.push(piece))
        .on('end', () => outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(this.take(incoming, Buffer.concat(pieces)))));
    });
    this.socket.on('message', (message) => this.reports.push(message.toString('latin1')));
  }

  /** For HTTP. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `host:port` for datagrams. */
  get daemon(): string {
    return `${HOST}:${this.socket.address().port}`;
  }

  /** Answers with the headers that it was asked with. */
  get downstream(): string {
    return `http://${HOST}:${this.port}/downstream`;
  }

  async close(): Promise<void> {
    const closed = [once(this.server, 'close'), once(this.socket, 'close')];
    this.server.close();
    this.server.closeAllConnections();
    this.socket.close();
    await Promise.all(closed);
  }

  private take({ url, headers }: IncomingMessage, body: Buffer): object {
    if (url === '/downstream') {
      return headers;
    }
    this.reports.push((headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('latin1'));
    return {};
  }
}
