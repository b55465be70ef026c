import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredParameter {
  readonly Name: string;
  readonly Value: string;
  readonly [name: string]: unknown;
}

/** An answer that is given instead of the store's: an error, silence, or the store's own after which the connection breaks. */
export type Fault = { readonly status: number; readonly type: string; readonly message?: string } | 'silence' | 'lost-answer';

type Tags = Record<string, string>;
type Answer = [status: number, body: object];

const NOT_FOUND: Answer = [400, { __type: 'ParameterNotFound' }];
const INVALID_RESOURCE: Answer = [400, { __type: 'InvalidResourceId', message: 'The resource ID is not valid.' }];
/** What AWS takes as a tag's key and value. */
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Parameter Store's protocol on a loopback port, as far as the planner speaks it. */
export class ParameterStore {
  public static async start(): Promise<ParameterStore> {
    const store = new ParameterStore();
    await new Promise<void>((resolve) => store.server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  public readonly parameters = new Map<string, StoredParameter>();
  /** The tags of each parameter that was tagged. */
  public readonly tags = new Map<string, Tags>();
  /** What the next lists of tags say in place of these, as one that is behind does. */
  public readonly behind: Tags[] = [];
  /** `<action> <name>` of each call. */
  public readonly calls: string[] = [];
  /** The next calls' faults, in order. */
  public faults: (Fault | undefined)[] = [];
  /** The fault of every call of these actions, or of all with `*`, once `faults` is empty. */
  public always: Record<string, Fault> = {};

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
      this.calls.push(`${action} ${String(input.Name ?? input.ResourceId ?? (input.Names as string[])[0])}`);
      const fault = this.faults.length > 0 ? this.faults.shift() : (this.always[action] ?? this.always['*']);
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

  private act(action: string, input: StoredParameter): Answer {
    const present = this.parameters.get(input.Name);
    switch (action) {
      case 'PutParameter':
        return this.put(input);
      case 'GetParameter':
        return present ? [200, { Parameter: described(present) }] : NOT_FOUND;
      case 'GetParameters':
        return this.getAll(input.Names as string[]);
      case 'AddTagsToResource':
        return this.parameters.has(String(input.ResourceId)) ? this.tag(String(input.ResourceId), tagsIn(input)) : INVALID_RESOURCE;
      case 'ListTagsForResource':
        return this.parameters.has(String(input.ResourceId)) ? [200, { TagList: this.tagList(String(input.ResourceId)) }] : INVALID_RESOURCE;
      case 'DeleteParameter':
        this.tags.delete(input.Name);
        return this.parameters.delete(input.Name) ? [200, {}] : NOT_FOUND;
      default:
        return [400, { __type: 'UnknownOperationException', message: action }];
    }
  }

  private put(input: StoredParameter): Answer {
    if (this.parameters.has(input.Name) && !input.Overwrite) {
      return [400, { __type: 'ParameterAlreadyExists', message: 'The parameter already exists.' }];
    }
    const { Tags: tags, ...parameter } = input;
    if (tags) {
      const tagged = this.tag(input.Name, tagsIn(input));
      if (tagged[0] !== 200) {
        return tagged;
      }
    }
    this.parameters.set(input.Name, parameter);
    return [200, { Version: 1, Tier: 'Standard' }];
  }

  private getAll(names: string[]): Answer {
    const found = names.filter((name) => this.parameters.has(name));
    const missing = names.filter((name) => !this.parameters.has(name));
    return [200, { Parameters: found.map((name) => described(this.parameters.get(name)!)), InvalidParameters: missing }];
  }

  private tag(name: string, tags: Tags): Answer {
    if (Object.entries(tags).some(([key, value]) => !TAG.test(key) || !TAG.test(value) || value.length > 256)) {
      return [400, { __type: 'ValidationException', message: `${JSON.stringify(tags)} is not valid` }];
    }
    this.tags.set(name, { ...this.tags.get(name), ...tags });
    return [200, {}];
  }

  private tagList(name: string) {
    return Object.entries(this.behind.shift() ?? this.tags.get(name) ?? {}).map(([Key, Value]) => ({ Key, Value }));
  }
}

function described({ Name, Value }: StoredParameter) {
  return { Name, Value, Type: 'String', Version: 1, LastModifiedDate: 1_799_546_400.123 };
}

function tagsIn({ Tags: tags }: StoredParameter): Tags {
  return Object.fromEntries((tags as { readonly Key: string; readonly Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
