/** Lambda, Parameter Store and the tagging API as the replayer meets them: a real HTTP server on the loopback interface that speaks their protocols. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Invocation {
  readonly functionArn: string;
  readonly type: string | undefined;
  readonly body: string;
}

export interface Parameter {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly modified: number;
}

/** What Lambda answers to an Invoke; nothing is 202. 'drop' closes the connection without an answer. */
export type InvokeAnswer = { readonly status: number; readonly error: string } | 'drop' | void;

export class Aws {
  readonly invocations: Invocation[] = [];
  readonly configurations: string[] = [];
  readonly parameters = new Map<string, Parameter>();
  /** Environment variables by function ARN. */
  readonly functions = new Map<string, Record<string, string>>();
  /** Tags by function ARN, without a qualifier. */
  readonly tags = new Map<string, Record<string, string>>();
  /** Answers an Invoke, after having done what the function would. */
  onInvoke: (invocation: Invocation) => Promise<InvokeAnswer> = () => Promise.resolve();
  private readonly server = createServer((request, response) => {
    this.serve(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get config() {
    const { port } = this.server.address() as { port: number };
    return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' } };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks).toString();
    const [, functionArn, action] = /^\/2015-03-31\/functions\/([^/]+)\/(invocations|configuration)/.exec(request.url ?? '') ?? [];
    if (action === 'invocations') {
      await this.invoke(
        { functionArn: decodeURIComponent(functionArn), type: request.headers['x-amz-invocation-type'] as string, body },
        request,
        response,
      );
    } else if (action === 'configuration') {
      this.configuration(decodeURIComponent(functionArn), response);
    } else if (request.headers['x-amz-target'] === 'AmazonSSM.GetParameters') {
      this.getParameters((JSON.parse(body) as { Names: string[] }).Names, response);
    } else if (request.headers['x-amz-target'] === 'ResourceGroupsTaggingAPI_20170126.GetResources') {
      this.getResources((JSON.parse(body) as { TagFilters: { Key: string; Values: string[] }[] }).TagFilters, response);
    } else {
      throw new Error(`unexpected request ${request.method} ${request.url}`);
    }
  }

  private async invoke(invocation: Invocation, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.invocations.push(invocation);
    const answer = this.functions.has(invocation.functionArn) ? await this.onInvoke(invocation) : { status: 404, error: 'ResourceNotFoundException' };
    if (answer === 'drop') {
      request.socket.destroy();
    } else if (answer) {
      refuse(response, answer.status, answer.error);
    } else {
      response.writeHead(202).end();
    }
  }

  private configuration(functionArn: string, response: ServerResponse): void {
    this.configurations.push(functionArn);
    const variables = this.functions.get(functionArn);
    if (!variables) {
      refuse(response, 404, 'ResourceNotFoundException');
      return;
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ FunctionArn: functionArn, Environment: { Variables: variables } }));
  }

  private getResources(filters: readonly { Key: string; Values: string[] }[], response: ServerResponse): void {
    const found = [...this.tags].filter(([, tags]) => filters.every(({ Key, Values }) => Values.includes(tags[Key])));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(
      JSON.stringify({
        PaginationToken: '',
        ResourceTagMappingList: found.map(([ResourceARN, tags]) => ({
          ResourceARN,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        })),
      }),
    );
  }

  private getParameters(names: readonly string[], response: ServerResponse): void {
    const found = names.flatMap((Name) => {
      const parameter = this.parameters.get(Name);
      return parameter ? [{ Name, Type: 'String', Value: parameter.value, LastModifiedDate: parameter.modified / 1000, Version: 1 }] : [];
    });
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ Parameters: found, InvalidParameters: names.filter((name) => !this.parameters.has(name)) }));
  }
}

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': error }).end(JSON.stringify({ Message: `said ${error}` }));
}
