import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredParameter {
  readonly Name: string;
  readonly Value: string;
  readonly [name: string]: unknown;
}

/** An answer that is given instead of the store's: an error, silence, or the store's own after which the connection breaks. */
export type Fault = { readonly status: number; readonly type: string; readonly message?: string } | 'silence' | 'lost-answer';

/** Parameter Store's protocol on a loopback port, as far as the planner speaks it. */
export class ParameterStore {
  public static async start(): Promise<ParameterStore> {
    const store = new ParameterStore();
    await new Promise<void>((resolve) => store.server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  public readonly parameters = new Map<string, StoredParameter>();
  /** The tags of each parameter that was tagged. */
  public readonly tags = new Map<string, Record<string, string>>();
  /** `<action> <name>` of each call. */
  public readonly calls: string[] = [];
  /** The next calls' faults, in order. */
  public faults: (Fault | undefined)[] = [];
  /** The fault of every call, once `faults` is empty. */
  public always?: Fault;

  private readonly server: Server = createServer((request, response) => this.receive(request, response));

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const action = String(request.headers['x-amz-target']).split('.')[1];
      const input = JSON.parse(Buffer.concat(chunks).toString()) as StoredParameter;
      this.calls.push(`${action} ${String(input.Name ?? input.ResourceId)}`);
      const fault = this.faults.shift() ?? this.always;
      if (fault === 'silence') {
        return;
      }
      if (typeof fault === 'object') {
        answer(response, fault.status, { __type: fault.type, message: fault.message });
        return;
      }
      const [status, body] = this.act(action, input);
      if (fault === 'lost-answer') {
        request.socket.destroy();
      } else {
        answer(response, status, body);
      }
    });
  }

  private act(action: string, input: StoredParameter): [number, object] {
    const present = this.parameters.get(input.Name);
    switch (action) {
      case 'PutParameter':
        if (present && !input.Overwrite) {
          return [400, { __type: 'ParameterAlreadyExists', message: 'The parameter already exists.' }];
        }
        this.parameters.set(input.Name, input);
        return [200, { Version: 1, Tier: 'Standard' }];
      case 'GetParameter':
        return present ? [200, { Parameter: { Name: input.Name, Value: present.Value, Type: 'String' } }] : [400, { __type: 'ParameterNotFound' }];
      case 'AddTagsToResource':
        this.tags.set(String(input.ResourceId), { ...this.tags.get(String(input.ResourceId)), ...tagsIn(input) });
        return [200, {}];
      case 'DeleteParameter':
        this.parameters.delete(input.Name);
        return present ? [200, {}] : [400, { __type: 'ParameterNotFound' }];
      default:
        return [400, { __type: 'UnknownOperationException', message: action }];
    }
  }
}

function tagsIn({ Tags: tags }: StoredParameter): Record<string, string> {
  return Object.fromEntries((tags as { readonly Key: string; readonly Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
