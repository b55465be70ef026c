import { storeReserve } from '../../../../contract/maintenance-window/timing.json';
import { GateNotAttached } from './errors';

/** What the client's native part hands over for one invocation. */
export interface RawInvocation {
  /**
   * The event as text: the native part has decoded it as UTF-8, with U+FFFD for what is none, and cut it at the first NUL. Every JSON text in UTF-8,
   * and Lambda admits nothing else, comes through unchanged.
   */
  readonly bodyJson: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

export const CLIENT_CONTEXT = 'lambda-runtime-client-context';
export const IDENTITY = 'lambda-runtime-cognito-identity';

/** One invocation, read from its headers. */
export interface Invocation {
  readonly raw: RawInvocation;
  readonly body: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly arn: string;
  readonly clientContext?: string;
  readonly identity?: string;
  readonly tenantId?: string;
  readonly traceId?: string;
  /** Guards against an answer that is taken for another invocation's; later clients have it. */
  readonly invocationId?: string;
}

/**
 * Reads what the client handed over.
 *
 * @throws GateNotAttached when it has another shape
 */
export function readInvocation(raw: RawInvocation): Invocation {
  const { bodyJson, headers } = raw;
  const text = (name: string) => (headers[name] === undefined || headers[name] === '' ? undefined : String(headers[name]));
  const requestId = text('lambda-runtime-aws-request-id');
  const deadline = Number(text('lambda-runtime-deadline-ms') ?? NaN);
  if (typeof bodyJson !== 'string' || requestId === undefined || Number.isNaN(deadline)) {
    throw new GateNotAttached("the runtime's client hands over invocations without body, request id or deadline where they are expected");
  }
  return {
    raw,
    body: bodyJson,
    requestId,
    deadline,
    arn: text('lambda-runtime-invoked-function-arn') ?? '',
    clientContext: text(CLIENT_CONTEXT),
    identity: text(IDENTITY),
    tenantId: text('lambda-runtime-aws-tenant-id'),
    traceId: text('lambda-runtime-trace-id'),
    invocationId: text('lambda-runtime-invocation-id'),
  };
}

/** Until when the store may be tried, epoch milliseconds: the answer has to be posted after that. */
export function storeUntil({ deadline }: Invocation): number {
  return deadline - storeReserve.value;
}

/** The same invocation with another event, client context and identity; undefined removes one. */
export function withContent(raw: RawInvocation, bodyJson: string, clientContext?: string, identity?: string): RawInvocation {
  const { [CLIENT_CONTEXT]: _, [IDENTITY]: __, ...headers } = raw.headers;
  return {
    ...raw,
    bodyJson,
    headers: {
      ...headers,
      ...(clientContext !== undefined && { [CLIENT_CONTEXT]: clientContext }),
      ...(identity !== undefined && { [IDENTITY]: identity }),
    },
  };
}
