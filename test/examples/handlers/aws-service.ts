/** Services of AWS on the loopback interface: the clients of the SDK send to them, and parse what they answer. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status?: number;
  readonly body: string;
}

export interface Request {
  readonly action: string;
  /** Members of the JSON or of the form; of REST the path and the XML. */
  readonly input: Readonly<Record<string, any>>;
}

/** What each action answers. */
export type Actions = Record<string, (input: Request['input']) => Answer | Promise<Answer>>;

export class AwsService {
  static async open(): Promise<AwsService> {
    const service = new AwsService();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    const { port } = service.server.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
    return service;
  }

  actions: Actions = {};
  requests: Request[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((message, response) => {
      const failed = (error: unknown) => json({ __type: 'TestFailed', message: String(error) }, 400); // shows in the reason
      void this.answer(message)
        .catch(failed)
        .then(({ status = 200, body }) => {
          const type = body.startsWith('<') ? 'text/xml' : 'application/x-amz-json-1.1';
          response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': '00000000-0000-4000-8000-000000000000' }).end(body);
        });
    });
  }

  /** Inputs of all requests for one action. */
  inputs(action: string): Request['input'][] {
    return this.requests.filter((request) => request.action === action).map(({ input }) => input);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(message: IncomingMessage): Promise<Answer> {
    const request = parse(message, Buffer.concat(await message.toArray()).toString());
    this.requests.push(request);
    const action = this.actions[request.action];
    return action ? action(request.input) : json({ __type: 'InvalidAction', message: `the test answers no ${request.action}` }, 400);
  }
}

function parse({ headers, url }: IncomingMessage, body: string): Request {
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    return { action: String(target).split('.')[1], input: JSON.parse(body) };
  }
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const { Action, ...input } = Object.fromEntries(new URLSearchParams(body));
    return { action: Action, input };
  }
  return { action: url!.split('/')[4], input: { path: url, xml: body } }; // /2013-04-01/hostedzone/<id>/rrset
}

export function json(body: object, status = 200): Answer {
  return { status, body: JSON.stringify(body) };
}
