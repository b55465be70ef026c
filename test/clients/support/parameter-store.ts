/** Parameter Store's GetParameters on a loopback port, with faults on demand: what ministack cannot be made to do. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** `hang` never answers, `drop` closes the connection; otherwise a status and a body, which need not be JSON. */
export type ParameterStoreFault = 'hang' | 'drop' | { readonly status: number; readonly body: string };

export class ParameterStore {
  /** Serves on a free port. */
  static async listen(): Promise<ParameterStore> {
    const store = new ParameterStore();
    await new Promise<void>((resolve, reject) => {
      store.server.once('error', reject);
      store.server.listen(0, '127.0.0.1', resolve);
    });
    return store;
  }

  /** Requests so far. */
  requests = 0;
  private readonly values = new Map<string, { value: string; version: number; lastModified: number }>();
  private current?: ParameterStoreFault;
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.answer(Buffer.concat(chunks), response));
  });

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Writes a parameter, as PutParameter does. `lastModified` in epoch milliseconds; default: now, which begins the retry guard. */
  set(name: string, value: string, lastModified = Date.now()): void {
    this.values.set(name, { value, version: (this.values.get(name)?.version ?? 0) + 1, lastModified });
  }

  delete(name: string): void {
    this.values.delete(name);
  }

  /** What every request gets from now on; undefined: an answer. */
  fault(fault: ParameterStoreFault | undefined): void {
    this.current = fault;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(body: Buffer, response: http.ServerResponse): void {
    this.requests += 1;
    if (this.current === 'drop') {
      response.destroy();
    } else if (typeof this.current === 'object') {
      response.writeHead(this.current.status).end(this.current.body);
    } else if (this.current === undefined) {
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(this.parameters(body)));
    }
  }

  private parameters(body: Buffer): object {
    const { Names: names } = JSON.parse(body.toString()) as { Names: string[] };
    return {
      Parameters: names
        .filter((name) => this.values.has(name))
        .map((name) => {
          const { value, version, lastModified } = this.values.get(name)!;
          return { Name: name, Type: 'String', Value: value, Version: version, LastModifiedDate: lastModified / 1000 };
        }),
      InvalidParameters: names.filter((name) => !this.values.has(name)),
    };
  }
}
