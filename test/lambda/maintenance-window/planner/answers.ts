import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where CloudFormation wants its answers, on a loopback port. */
export class Answers {
  public static async start(): Promise<Answers> {
    const answers = new Answers();
    await new Promise<void>((resolve) => answers.server.listen(0, '127.0.0.1', resolve));
    return answers;
  }

  public readonly received: { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[] = [];
  /** What the next answers get, 200 after that; 'reset' breaks the connection. */
  public statuses: (number | 'reset')[] = [];

  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = this.statuses.shift() ?? 200;
      if (status === 'reset') {
        request.socket.destroy();
        return;
      }
      this.received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status, status === 307 ? { location: `${this.origin}/elsewhere` } : {}).end();
    });
  });

  public get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public get last(): Record<string, string> {
    return JSON.parse(this.received.at(-1)!.body.toString()) as Record<string, string>;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
