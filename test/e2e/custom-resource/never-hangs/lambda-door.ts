import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { continuationKey } from '../../../../lambda/contract/custom-resource/custom-resource.json';

/** Longer than the runtime waits for Lambda. */
const SILENCE = 6_000;

const ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  denied: [403, 'AccessDeniedException'],
  throttled: [429, 'TooManyRequestsException'],
};

/** Lambda's API as a function sees it that may not, or can't, invoke itself. What becomes of an Invoke says the property `Invoke` of the resource. */
export class LambdaDoor {
  static async listen(): Promise<LambdaDoor> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new LambdaDoor(server);
  }

  readonly origin: string;

  /** The address behind. */
  lambda = '';
  private readonly broken = new Set<string>();

  private constructor(private readonly server: Server) {
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.serve(request, response));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks);
    const fate = this.fateOf(body);
    if (fate in ERRORS) {
      const [status, name] = ERRORS[fate];
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name })
        .end(JSON.stringify({ message: `${fate} by a test` }));
    } else if (fate === 'silent') {
      await sleep(SILENCE);
      request.socket.destroy();
    } else {
      const status = await this.pass(request, body);
      if (fate === 'accepted, then broken') {
        request.socket.destroy();
      } else {
        response.writeHead(status).end();
      }
    }
  }

  /** Of the first execution, the hop to the second fails; of that, the one to the third. A connection breaks once. */
  private fateOf(payload: Buffer): string {
    const {
      hop,
      request: {
        RequestId,
        ResourceProperties: { Invoke, Fails },
      },
    } = JSON.parse(payload.toString())[continuationKey];
    const strikes = hop === (Fails === 'on a hop' ? 2 : 1) && !this.broken.has(RequestId);
    if (strikes && Invoke === 'accepted, then broken') {
      this.broken.add(RequestId);
    }
    return strikes ? Invoke : 'accepted';
  }

  private async pass({ url, headers }: IncomingMessage, body: Buffer): Promise<number> {
    const passed = Object.entries(headers).filter(([name]) => name === 'authorization' || name.startsWith('x-amz'));
    const { status } = await fetch(`${this.lambda}${url}`, {
      method: 'POST',
      headers: Object.fromEntries(passed) as Record<string, string>,
      body: new Uint8Array(body),
    });
    return status;
  }
}
