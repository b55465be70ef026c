/** What the runtime's client sends by node:http, past its native part. */
import type * as Http from 'node:http';
import type { Readable, Writable } from 'node:stream';

import type { Session } from './session';

/** The module itself, which the client calls: what is imported of it would be a copy. */
const http = process.getBuiltinModule('node:http');

const NEXT = '/2018-06-01/runtime/invocation/next';
const INIT_ERROR = '/2018-06-01/runtime/init/error';
const ERROR_TYPE = 'lambda-runtime-function-error-type';
const ACCEPTED = 202;

/**
 * Watches what the client asks the Runtime API for here:
 * - the first invocation, not from its native part: the gate would be passed by, which `passedBy` is told. Unless it throws, the watch has ended
 *   and the request is sent;
 * - a handler that cannot be loaded after an invocation was taken is posted to /init/error, which the Runtime API then refuses: it becomes the
 *   error of the invocation that waits;
 * - the response of a handler that streams. Clients of 3.x look the function up each time, those of 4.x once: so it is left in place.
 *
 * @returns ends the watch
 */
export function watchRequests(session: Session, passedBy: () => void): () => void {
  const { request } = http;
  let watching = true;
  const watched = ((...args: Parameters<typeof request>) => {
    const options = args[0] as Http.RequestOptions | string | URL;
    const path = watching && typeof options === 'object' && !(options instanceof URL) ? options.path : undefined;
    if (path === NEXT && !session.isAsked) {
      passedBy();
    }
    if (path === INIT_ERROR && session.isLoading) {
      return asInvocationError(session, options as Http.RequestOptions, args);
    }
    const opened = request.apply(http, args);
    if (path) {
      session.opened(path, opened);
    }
    return opened;
  }) as typeof request;
  http.request = watched;
  return () => {
    watching = false;
    if (http.request === watched) {
      // a tool may have wrapped it in turn
      http.request = request;
    }
  };
}

function asInvocationError(session: Session, options: Http.RequestOptions, args: unknown[]): Writable {
  const { Readable, Writable } = process.getBuiltinModule('node:stream');
  const callback = args.find((argument) => typeof argument === 'function') as ((response: Readable) => void) | undefined;
  const pieces: Buffer[] = [];
  return new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
    final(done) {
      session.loadingFailed(errorType(options.headers), Buffer.concat(pieces).toString()).then(() => {
        done();
        callback?.(Object.assign(Readable.from([]), { statusCode: ACCEPTED, headers: {} }));
      }, done);
    },
  });
}

function errorType(headers: Http.RequestOptions['headers']): string {
  const found = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === ERROR_TYPE);
  return String(found?.[1] ?? 'Runtime.Unknown');
}
