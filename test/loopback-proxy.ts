/** A proxy on a loopback port, as companies have it, and what a test needs to put TLS behind it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

/** Key and certificate, which vouches for itself. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** What a client asked the proxy for. */
export interface Asked {
  readonly method: string;
  /** The place of CONNECT, or an absolute URL. */
  readonly target: string;
  readonly host?: string;
  readonly authorization?: string;
}

/**
 * `hang` never answers, `drop` closes the connection, `half` closes it within the head of its answer, `cut` closes the tunnel when the first bytes
 * come; `early` opens the tunnel and sends bytes of its own; otherwise a status with which it refuses.
 */
export type ProxyFault = 'hang' | 'drop' | 'half' | 'cut' | 'early' | number;

/** For these host names and loopback. */
export function certificateFor(...names: string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const alternatives = ['DNS:localhost', 'IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)].join(',');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=loopback', '-addext', `subjectAltName=${alternatives}`];
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

/** A server and what is connected to it. */
abstract class Loopback {
  /** Connections so far. */
  connections = 0;
  protected readonly open = new Set<Socket>();

  protected constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.keep(socket);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.open.forEach((socket) => socket.destroy());
    await closed;
  }

  protected async listening(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  protected keep<T extends Socket>(socket: T): T {
    this.open.add(socket);
    socket.on('error', () => undefined).on('close', () => this.open.delete(socket));
    return socket;
  }

  /** Each gets what the other sends, and ends with it. */
  protected join(one: Socket, other: Socket): void {
    one.pipe(other).pipe(one);
    one.on('close', () => other.destroy());
    other.on('close', () => one.destroy());
  }
}

/** TLS in front of a plain server. */
export class TlsFront extends Loopback {
  static listen(certificate: Certificate, port: number): Promise<TlsFront> {
    return new TlsFront(certificate, port).listening();
  }

  private constructor(certificate: Certificate, port: number) {
    const server = createTlsServer(certificate, (socket) => this.join(this.keep(socket), this.keep(connect(port, '127.0.0.1'))));
    super(server);
    server.on('tlsClientError', () => undefined);
  }
}

export class LoopbackProxy extends Loopback {
  /**
   * @param places ports of this machine by host name, for nothing else is looked up
   * @param certificate of a proxy that is itself asked by TLS
   */
  static listen(places: Readonly<Record<string, number>>, certificate?: Certificate): Promise<LoopbackProxy> {
    return new LoopbackProxy(certificate ? https.createServer(certificate) : http.createServer(), places).listening();
  }

  readonly asked: Asked[] = [];
  /** What everybody gets from now on; undefined: the way through. */
  fault: ProxyFault | undefined;

  private constructor(
    server: http.Server | https.Server,
    private readonly places: Readonly<Record<string, number>>,
  ) {
    super(server);
    server.on('connect', (request, socket, head) => this.tunnel(request, this.keep(socket as Socket), head));
    server.on('request', (request, response) => this.forward(request, response));
    server.on('tlsClientError', () => undefined);
  }

  private tunnel(request: http.IncomingMessage, socket: Socket, head: Buffer): void {
    const { fault } = this;
    this.note(request);
    if (fault === 'drop') {
      socket.destroy();
    } else if (fault === 'half') {
      socket.end('HTTP/1.1 200 Connec');
    } else if (typeof fault === 'number') {
      socket.end(`HTTP/1.1 ${fault} No\r\ncontent-length: 6\r\n\r\nbecause`);
    } else if (fault === 'early') {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
    } else if (fault === 'cut') {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.destroy());
    } else if (fault === undefined) {
      const other = this.keep(connect(this.portOf(request.url!), '127.0.0.1'));
      other.once('connect', () => {
        socket.write('HTTP/1.1 200 Connection established\r\nvia: loopback\r\n\r\n');
        other.write(head);
        this.join(socket, other);
      });
    }
  }

  private forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { fault } = this;
    const target = request.url!;
    this.note(request);
    if (fault === 'drop') {
      response.destroy();
    } else if (typeof fault === 'number') {
      response.writeHead(fault).end('<html>');
    } else if (fault === undefined) {
      const { 'proxy-authorization': _, ...headers } = request.headers;
      const { host, pathname, search } = new URL(target);
      const sent = http.request({ port: this.portOf(host), host: '127.0.0.1', method: request.method, path: pathname + search, headers });
      sent.on('response', (answer) => answer.pipe(response.writeHead(answer.statusCode!, answer.headers)));
      sent.on('error', () => response.destroy());
      request.pipe(sent);
    }
  }

  private note({ method, url, headers }: http.IncomingMessage): void {
    this.asked.push({ method: method!, target: url!, host: headers.host, authorization: headers['proxy-authorization'] });
  }

  private portOf(place: string): number {
    return this.places[place.replace(/:\d+$/, '')] ?? 9; // where nobody listens
  }
}
