/**
 * A handler that cannot be loaded after the first invocation was taken: the Runtime API then refuses /init/error, which is where the client posts it.
 * Its post is turned into the error of the invocation that waits.
 */
import http from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { Session } from './session';

const INIT_ERROR = '/2018-06-01/runtime/init/error';
const ERROR_TYPE = 'lambda-runtime-function-error-type';
const ACCEPTED = 202;

/** Watches what the client posts, until the handler is there. Every client posts it with `http.request`. */
export function redirectInitErrors(session: Session): void {
  const { request } = http;
  const redirecting = ((...args: Parameters<typeof request>) => {
    const options = args[0] as http.RequestOptions | string | URL;
    const isInitError = typeof options === 'object' && !(options instanceof URL) && options.path === INIT_ERROR;
    return session.isLoading && isInitError ? asInvocationError(session, options, args) : request.apply(http, args);
  }) as typeof request;
  http.request = redirecting;
}

function asInvocationError(session: Session, options: http.RequestOptions, args: unknown[]): Writable {
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

function errorType(headers: http.RequestOptions['headers']): string {
  const found = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === ERROR_TYPE);
  return String(found?.[1] ?? 'Runtime.Unknown');
}
