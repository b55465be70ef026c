import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the runtime needs of AWS around one request: takes the answer, the next execution's payload, and says that the stack is being created. */
export class Cloud {
  static async open(): Promise<Cloud> {
    const cloud = new Cloud();
    cloud.server.listen(0, '127.0.0.1');
    await once(cloud.server, 'listening');
    return cloud;
  }

  /** Bodies that were PUT to the ResponseURL. */
  readonly answers: Record<string, unknown>[] = [];
  /** Payloads of asynchronous invocations of the function by itself. */
  readonly hops: string[] = [];
  /** Anything else that was asked. */
  readonly others: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const [status, text] = this.answer(`${incoming.method} ${decodeURIComponent(incoming.url!)}`, Buffer.concat(chunks).toString('utf8'));
          outgoing.writeHead(status, { 'content-type': 'text/xml' }).end(text);
        });
    });
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The request to create a search index. */
  get create(): object {
    return {
      RequestType: 'Create',
      ResponseURL: `${this.endpoint}/answer`,
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/shop/11111111-1111-4111-8111-111111111111',
      RequestId: '22222222-2222-4222-8222-222222222222',
      LogicalResourceId: 'Index',
      ResourceType: 'Custom::SearchIndex',
      ResourceProperties: { ServiceToken: 'arn', Name: 'orders', Shards: '4' },
    };
  }

  /** What the function's environment holds besides PATH. */
  get environment(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_LAMBDA_FUNCTION_NAME: 'search',
      PATIENT_LAMBDA_POLL_INTERVAL: '1',
      PATIENT_LAMBDA_SERVICE_TIMEOUT: '75', // short enough that a `wait` that names an id is worth an execution of its own
    };
  }

  close(): Promise<unknown> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    return closed;
  }

  private answer(request: string, body: string): [number, string?] {
    if (request === 'PUT /answer') {
      this.answers.push(JSON.parse(body) as Record<string, unknown>);
      return [200];
    }
    if (request === 'POST /2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:search:live/invocations') {
      this.hops.push(body);
      return [202];
    }
    if (request === 'POST /' && body.includes('Action=DescribeStacks')) {
      const stack =
        '<member><StackName>shop</StackName><CreationTime>2026-12-01T10:00:00Z</CreationTime><StackStatus>CREATE_IN_PROGRESS</StackStatus></member>';
      return [200, `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`];
    }
    this.others.push(request);
    return [500];
  }
}
