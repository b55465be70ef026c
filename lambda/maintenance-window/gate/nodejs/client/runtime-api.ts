/** Answers that the gate gives itself, posted to Lambda's Runtime API. The client's native part would swallow a failure. */
import { type HttpResponse, send } from '../../../../aws/nodejs/transport';
import { streaming } from '../../../../contract/maintenance-window/answers.json';
import type { Invocation } from '../quiet/invocation';

/** Not `request`, which a tracing tool may have replaced by now, and no agent of user code's global one: see the transport. */
const { Agent, ClientRequest } = process.getBuiltinModule('node:http');

const VERSION = '/2018-06-01/runtime';
/** Milliseconds: the Runtime API is on this machine. */
const BUDGET = 10_000;
/** The environment has gone on to another invocation: nobody waits for this answer. */
const GONE = 410;

type Kind = 'response' | 'error';

/** Where the response of an invocation is posted. */
export function responsePath({ requestId }: Pick<Invocation, 'requestId'>): string {
  return `${VERSION}/invocation/${encodeURIComponent(requestId)}/response`;
}

export class RuntimeApi {
  /** @param address host and port */
  constructor(private readonly address: string) {}

  /**
   * Answers an invocation with a JSON text.
   *
   * @throws Error when the answer is not taken: then the process must end, so that nothing seems answered
   */
  async reply(invocation: Invocation, body: string): Promise<void> {
    await this.answer(invocation, 'response', body, {});
  }

  /**
   * Answers an invocation with a whole stream, its metadata included.
   *
   * @throws Error when the answer is not taken, as {@link reply}
   */
  async stream(invocation: Invocation, body: string): Promise<void> {
    const { contentType, modeHeader, mode } = streaming;
    const { hostname, port } = new URL(`http://${this.address}`);
    const status = await new Promise<number>((resolve, reject) => {
      const sent = new ClientRequest({
        hostname,
        port,
        path: responsePath(invocation),
        method: 'POST',
        agent: new Agent({ keepAlive: false }),
        timeout: BUDGET,
        headers: { 'content-type': contentType, 'transfer-encoding': 'chunked', [modeHeader]: mode, ...invocationIdOf(invocation) },
      });
      sent.on('response', (response) =>
        response
          .on('end', () => resolve(response.statusCode!))
          .on('error', reject)
          .resume(),
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${BUDGET} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
    checkTaken(status, 'response', invocation);
  }

  /**
   * Fails an invocation.
   *
   * @throws Error when the answer is not taken, as {@link reply}
   */
  async fail(invocation: Invocation, errorType: string, body: string): Promise<void> {
    await this.answer(invocation, 'error', body, { 'Lambda-Runtime-Function-Error-Type': errorType });
  }

  /** Fails the start of the process; only before its first invocation. */
  async failInit(errorType: string, body: string): Promise<void> {
    await this.post('init/error', body, { 'Lambda-Runtime-Function-Error-Type': errorType });
  }

  private async answer(invocation: Invocation, kind: Kind, body: string, headers: Record<string, string>): Promise<void> {
    const path = `invocation/${encodeURIComponent(invocation.requestId)}/${kind}`;
    const { status } = await this.post(path, body, { ...headers, ...invocationIdOf(invocation) });
    checkTaken(status, kind, invocation);
  }

  private async post(path: string, body: string, headers: Record<string, string>): Promise<HttpResponse> {
    const url = new URL(`http://${this.address}${VERSION}/${path}`);
    return send({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body, budget: BUDGET, fresh: true });
  }
}

function invocationIdOf({ invocationId }: Invocation): Record<string, string> {
  return invocationId === undefined ? {} : { 'Lambda-Runtime-Invocation-Id': invocationId };
}

function checkTaken(status: number, kind: Kind, { requestId }: Invocation): void {
  if ((status < 200 || status >= 300) && status !== GONE) {
    throw new Error(`the Runtime API answered ${status} to the ${kind} of ${requestId}`);
  }
}

/** The body of an error, as clients post it. */
export function errorBody(error: Error): string {
  return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [] });
}
