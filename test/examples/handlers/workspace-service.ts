/** A service of workspaces with a REST API, on the loopback interface. Workspaces come and go as the test says. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { NewWorkspace, Workspace } from '../../../examples/handlers/saas/workspaces';

type Kept = { -readonly [K in keyof (Workspace & NewWorkspace)]: (Workspace & NewWorkspace)[K] };

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export class WorkspaceService {
  static async open(apiKey: string): Promise<WorkspaceService> {
    const service = new WorkspaceService(apiKey);
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  readonly workspaces = new Map<string, Kept>();
  /** `<method> <path>` of each request. */
  requests: string[] = [];
  /** Called before each request: answers it in the service's place. */
  fault: (request: string) => Reply | undefined = () => undefined;
  /** How many looks a workspace takes to come, and to go. */
  looks = 1;
  private readonly byKey = new Map<string, string>();
  private readonly looksAt = new Map<string, number>();
  private readonly server: Server;

  private constructor(private readonly apiKey: string) {
    this.server = createServer((message, response) => {
      const failed = (error: unknown): Reply => ({ status: 400, body: String(error) }); // shows in the reason
      void this.reply(message)
        .catch(failed)
        .then(({ status, body, headers }) => response.writeHead(status, headers).end(typeof body === 'string' ? body : body && JSON.stringify(body)));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async reply(message: IncomingMessage): Promise<Reply> {
    const body = Buffer.concat(await message.toArray()).toString();
    const path = message.url!.slice('/v1'.length);
    const request = `${message.method} ${path}`;
    this.requests.push(request);
    if (message.headers.authorization !== `Bearer ${this.apiKey}`) {
      return { status: 401, body: { error: `${message.headers.authorization} is not allowed` } };
    }
    return this.fault(request) ?? this.answer(message.method!, path, body && JSON.parse(body), message.headers['idempotency-key'] as string);
  }

  private answer(method: string, path: string, body: Kept, key: string): Reply {
    if (method === 'POST') {
      return { status: 202, body: this.create(body, key) };
    }
    if (path.includes('?')) {
      const label = new URLSearchParams(path.split('?')[1]).get('label');
      return { status: 200, body: { items: [...this.workspaces.values()].filter((each) => each.label === label) } };
    }
    const workspace = this.workspaces.get(path.split('/').at(-1)!);
    if (!workspace) {
      return { status: 404, body: { error: 'no such workspace' } };
    }
    if (method === 'DELETE') {
      workspace.status = 'deleting';
      this.looksAt.set(workspace.id, 0);
      return { status: 202 };
    }
    if (method === 'PATCH') {
      Object.assign(workspace, body);
    } else {
      this.look(workspace);
    }
    return { status: 200, body: workspace };
  }

  private create(body: Kept, key: string): Kept {
    const id = this.byKey.get(key) ?? `ws_${this.byKey.size + 1}`;
    this.byKey.set(key, id);
    const workspace = this.workspaces.get(id) ?? { ...body, id, status: 'provisioning' };
    this.workspaces.set(id, workspace);
    return workspace;
  }

  private look(workspace: Kept): void {
    const looks = (this.looksAt.get(workspace.id) ?? 0) + 1;
    this.looksAt.set(workspace.id, looks);
    if (looks < this.looks) {
      return;
    }
    if (workspace.status === 'provisioning') {
      Object.assign(workspace, { status: 'ready', url: `https://${workspace.id}.service.example` });
    } else if (workspace.status === 'deleting') {
      this.workspaces.delete(workspace.id);
    }
  }
}
