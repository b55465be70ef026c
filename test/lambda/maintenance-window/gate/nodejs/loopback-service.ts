/** An AWS JSON service on a loopback port, which answers as a test says. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** `hang` never answers, `drop` closes the connection, `truncate` closes it in the middle of the body; otherwise a status and a body. */
export type Reply = 'hang' | 'drop' | 'truncate' | { readonly status?: number; readonly body: unknown };

export class LoopbackService {
  static async listen(): Promise<LoopbackService> {
    const service = new LoopbackService();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  readonly calls: Call[] = [];
  /** Decides each reply, in order of arrival. */
  reply: (call: Call) => Reply = () => ({ body: {} });
  private readonly server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const operation = String(request.headers['x-amz-target'] ?? request.url)
        .split('.')
        .pop()!;
      const call = { operation, input: (text ? JSON.parse(text) : {}) as Record<string, unknown>, headers: request.headers };
      this.calls.push(call);
      const reply = this.reply(call);
      if (reply === 'drop') {
        response.destroy();
      } else if (reply === 'truncate') {
        response.writeHead(200, { 'content-length': 100 }).write('{"Para');
        setImmediate(() => response.destroy());
      } else if (reply !== 'hang') {
        response.writeHead(reply.status ?? 200).end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
      }
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What AwsClient needs to reach it. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    };
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}
