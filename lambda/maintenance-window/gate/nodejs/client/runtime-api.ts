/** Answers that the gate gives itself, posted to Lambda's Runtime API. The client's native part would swallow a failure. */
import { type HttpResponse, send } from '../../../../aws/nodejs/transport';
import type { Invocation } from '../quiet/invocation';

const VERSION = '/2018-06-01/runtime';
/** Milliseconds: the Runtime API is on this machine. */
const BUDGET = 10_000;
/** The environment has gone on to another invocation: nobody waits for this answer. */
const GONE = 410;

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

  private async answer(
    { requestId, invocationId }: Invocation,
    kind: 'response' | 'error',
    body: string,
    headers: Record<string, string>,
  ): Promise<void> {
    const { status } = await this.post(`invocation/${encodeURIComponent(requestId)}/${kind}`, body, {
      ...headers,
      ...(invocationId !== undefined && { 'Lambda-Runtime-Invocation-Id': invocationId }),
    });
    if ((status < 200 || status >= 300) && status !== GONE) {
      throw new Error(`the Runtime API answered ${status} to the ${kind} of ${requestId}`);
    }
  }

  private async post(path: string, body: string, headers: Record<string, string>): Promise<HttpResponse> {
    const url = new URL(`http://${this.address}${VERSION}/${path}`);
    return send({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body, budget: BUDGET, fresh: true });
  }
}

/** The body of an error, as clients post it. */
export function errorBody(error: Error): string {
  return JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: [] });
}
