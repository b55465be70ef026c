import * as fs from 'node:fs/promises';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';

import { DataPlane, type DataPlaneOptions, type DataPlaneParts } from '../../../local/data-plane/data-plane';
import type { BedEvent } from '../../../local/data-plane/records';
import { DeclaredFunctions } from './functions';
import { type Answer, call } from './http-client';

/** Where the endpoint answers when the test lets go. */
const HELD = '/held';

/** A limit for init phases that are not the subject, on a machine that does much else. */
const LENIENT_INIT_MS = 60_000;

/** A data plane with real sandboxes and functions that the test declares; its log lines go nowhere. */
export class TestPlane {
  static async open(options: Partial<DataPlaneOptions> = {}, parts: Partial<DataPlaneParts> = {}): Promise<TestPlane> {
    const workDir = await fs.mkdtemp(path.join(os.tmpdir(), 'data-plane-'));
    await fs.chmod(workDir, 0o755);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const endpoint = http.createServer((request, response) => {
      const answer = () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
      request.resume().on('end', () => (request.url === HELD ? void held.then(answer) : answer()));
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    const functions = new DeclaredFunctions();
    const events: BedEvent[] = [];
    const controlPlane = () => `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
    const plane = await DataPlane.start(
      { controlPlane, workDir, onEvent: (event) => events.push(event), ...options },
      { functions, initLimitMs: LENIENT_INIT_MS, ...parts },
    );
    return new TestPlane(plane, functions, events, workDir, endpoint, letGo);
  }

  private constructor(
    readonly plane: DataPlane,
    readonly functions: DeclaredFunctions,
    readonly events: BedEvent[],
    readonly workDir: string,
    private readonly endpoint: http.Server,
    /** Answers requests to `/held` of the endpoint, which a function waits for as long as the test wants it to run. */
    readonly letGo: () => void,
  ) {}

  get endpointUrl(): string {
    return `http://127.0.0.1:${(this.endpoint.address() as AddressInfo).port}`;
  }

  /** One call as the launcher makes it. */
  invoke(functionName: string, body: string | Buffer = '{}', headers: Record<string, string> = {}): Promise<Answer> {
    return call(`${this.plane.url}/invoke`, {
      method: 'POST',
      body,
      headers: { 'x-bed-function': functionName, 'x-bed-mode': 'RequestResponse', ...headers },
    });
  }

  /** Result of a call that must succeed. */
  async result<T>(functionName: string, event: unknown = {}): Promise<T> {
    const { status, headers, body } = await this.invoke(functionName, JSON.stringify(event));
    if (status !== 200 || headers['x-amz-function-error'] !== undefined) {
      throw new Error(`${status}: ${body.toString()}`);
    }
    return JSON.parse(body.toString()) as T;
  }

  /** Waits for an event of the bed, or takes one that came already. */
  async seen(matches: (event: BedEvent) => boolean): Promise<BedEvent> {
    for (;;) {
      const found = this.events.find(matches);
      if (found) {
        return found;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async close(): Promise<void> {
    await this.plane.close();
    await this.dispose();
  }

  /** What stays when the data plane itself did not close. */
  async dispose(): Promise<void> {
    this.endpoint.closeAllConnections();
    await new Promise((resolve) => this.endpoint.close(resolve));
    await fs.rm(this.workDir, { recursive: true, force: true });
  }
}
