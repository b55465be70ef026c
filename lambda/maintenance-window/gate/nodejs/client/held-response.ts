/** The response of a replayed handler that streams: the client sends it past its native part, and its end waits for the run's outcome. */
import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';

import { answer } from '../../../../contract/maintenance-window/replay.json';
import type { Step } from '../quiet/step';
import { errorBody } from './runtime-api';
import { StreamedBody } from './streamed-body';

/** Whether a run ended with a result or with an error, each as the client words it. */
export type Kind = 'result' | 'error';

/** Has a run's outcome written and then answered; undefined when that was done already, for an error that nobody caught. */
export type Settle = (kind: Kind, body: string, answers: (step: Step) => Promise<void>) => Promise<unknown> | undefined;

type Arguments = readonly unknown[];

/** The error type of a response that has no end, or none that could be seen. */
export const NOT_FINISHED = 'ResponseNotFinished';
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/**
 * Takes the request's methods over. Lambda takes an invocation for over when it sees the end of its response, so that the outcome is written before:
 * a failure after the client's error trailers or when the stream is destroyed, else a success.
 */
export function holdResponse(request: ClientRequest, settle: Settle): void {
  const held = new HeldResponse(request, settle);
  const own = {
    addTrailers: (trailers: OutgoingHttpHeaders) => held.addTrailers(trailers),
    write: (...more: Arguments) => held.write(more),
    end: (...more: Arguments) => held.end(more),
    destroy: (reason?: Error) => held.destroy(reason),
  };
  Object.assign(request, own);
}

class HeldResponse {
  private readonly sent: Readonly<Record<'addTrailers' | 'write' | 'end' | 'destroy', (...more: Arguments) => unknown>>;
  private readonly body = new StreamedBody(answer.mostBytes);
  /** What the client's error trailers say. */
  private error: string | undefined;
  /** Since the stream was ended or destroyed; settled when the request itself was. */
  private over: Promise<unknown> | undefined;

  constructor(
    private readonly request: ClientRequest,
    private readonly settle: Settle,
  ) {
    const { addTrailers, write, end, destroy } = request as unknown as typeof this.sent;
    const bind = (method: (...more: Arguments) => unknown) => method.bind(request);
    this.sent = { addTrailers: bind(addTrailers), write: bind(write), end: bind(end), destroy: bind(destroy) };
  }

  /** The client adds them for an error, and for nothing else. They are sent when Lambda is to hear of one. */
  addTrailers(trailers: OutgoingHttpHeaders): void {
    if (!this.over) {
      this.error = errorIn(trailers);
    }
  }

  write(more: Arguments): unknown {
    if (this.over) {
      this.afterwards('write', more);
      return false;
    }
    this.body.add(more);
    return this.sent.write(...more);
  }

  end(more: Arguments): unknown {
    if (this.over) {
      this.afterwards('end', more);
    } else if (!isEnd(more)) {
      this.sent.end(...more); // throws
    } else {
      this.body.add(more);
      const [kind, text] = this.error === undefined ? (['result', this.result()] as const) : (['error', this.error] as const);
      this.finish(kind, text, (step) => this.endAfter(step, more));
    }
    return this.request;
  }

  destroy(reason?: Error): unknown {
    // Else it is on its way to its end already
    if (!this.over) {
      const why = reason ?? Object.assign(new Error('the response stream was destroyed before it had ended'), { name: NOT_FINISHED });
      this.finish('error', errorBody(why), () => this.sent.destroy(reason));
    }
    return this.request;
  }

  private finish(kind: Kind, text: string, send: (step?: Step) => unknown): void {
    const { request } = this;
    let sent!: () => void;
    this.over = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const settling = this.settle(kind, text, async (step) => {
      const closed = new Promise((resolve) => request.once('close', resolve));
      send(step);
      sent();
      // An invocation that is asked for before the Runtime API has answered would be refused
      await (request.closed || closed);
    });
    if (settling) {
      settling.catch((error: unknown) => this.sent.destroy(error));
    } else {
      send();
      sent();
    }
  }

  /** A failure is no error to Lambda, whose own retries must add no attempts; where nothing was sent yet it is answered as any other. */
  private endAfter(step: Step | undefined, more: Arguments): void {
    if (step?.do === 'fail') {
      this.sent.addTrailers({ [ERROR_TYPE]: step.error.name, [ERROR_BODY]: Buffer.from(errorBody(step.error)).toString('base64') });
    } else if (step?.do === 'reply' && this.error !== undefined && !this.request.headersSent) {
      this.request.setHeader('content-type', 'application/json');
      this.sent.end(step.body, ...more.filter((argument) => typeof argument === 'function'));
      return;
    }
    this.sent.end(...more);
  }

  private result(): string {
    return this.body.result(String(this.request.getHeader('content-type')));
  }

  /** It meets what it would have met after the end. */
  private afterwards(method: 'write' | 'end', more: Arguments): void {
    void this.over!.then(() => this.sent[method](...more));
  }
}

/** Whether `end` takes these arguments. */
function isEnd([first]: Arguments): boolean {
  return first === undefined || first === null || typeof first === 'function' || typeof first === 'string' || first instanceof Uint8Array;
}

function errorIn(trailers: OutgoingHttpHeaders): string {
  const body = trailers[ERROR_BODY];
  return body === undefined ? JSON.stringify({ errorType: trailers[ERROR_TYPE] }) : Buffer.from(String(body), 'base64').toString();
}
