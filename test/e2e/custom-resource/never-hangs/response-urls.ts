import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How answers are refused: so many of them, or for so long after the first, else all. */
export interface Refusal {
  readonly by: 403 | 503 | 'break' | 'silence';
  readonly times?: number;
  readonly seconds?: number;
}

/** What CloudFormation is told. */
export interface Answer {
  readonly Status: string;
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: Readonly<Record<string, any>>;
}

/** One PUT to a ResponseURL. */
export interface Put {
  readonly at: number;
  readonly answer: Answer;
  readonly taken: boolean;
  readonly contentType: string | undefined;
}

/** Takes and refuses answers as S3 does behind the ResponseURLs that CloudFormation signs. */
export class ResponseUrls {
  static async listen(): Promise<ResponseUrls> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ResponseUrls(server);
  }

  readonly origin: string;
  private readonly refusals = new Map<string, Refusal>();
  private readonly received = new Map<string, Put[]>();

  private constructor(private readonly server: Server) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.serve(request, response));
  }

  /** @param signedAt epoch milliseconds */
  open(requestId: string, signedAt: number, refusal?: Refusal): string {
    if (refusal) {
      this.refusals.set(requestId, refusal);
    }
    const date = new Date(signedAt).toISOString().replace(/[-:]|\.\d+/g, '');
    return `${this.origin}/${requestId}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=${date}&X-Amz-Expires=7200&X-Amz-Signature=${'0f'.repeat(32)}`;
  }

  /** Every PUT for a request, in order. */
  puts(requestId: string): readonly Put[] {
    return this.received.get(requestId) ?? [];
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) {
      body.push(chunk as Buffer);
    }
    const requestId = new URL(request.url!, this.origin).pathname.slice(1);
    const puts = this.received.get(requestId) ?? [];
    this.received.set(requestId, puts);
    const refusal = this.refusalNow(requestId, puts);
    puts.push({ at: Date.now(), answer: JSON.parse(Buffer.concat(body).toString()), taken: !refusal, contentType: request.headers['content-type'] });
    if (refusal === 'break') {
      request.socket.destroy();
    } else if (refusal !== 'silence') {
      response.writeHead(refusal ?? 200).end();
    }
  }

  private refusalNow(requestId: string, before: readonly Put[]): Refusal['by'] | undefined {
    const { by, times = Infinity, seconds = Infinity } = this.refusals.get(requestId) ?? { by: undefined };
    const age = before.length > 0 ? Date.now() - before[0].at : 0;
    return before.length < times && age < seconds * 1000 ? by : undefined;
  }
}
