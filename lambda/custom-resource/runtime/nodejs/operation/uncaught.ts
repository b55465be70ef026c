/** Errors that nobody catches: thrown in a timer or a listener, or rejected where nobody listens. */
import { memberOf } from '../../../../thrown';
import type { Logger } from '../types';

/** The first one while an execution runs. */
export class Uncaught {
  private readonly crash = new AbortController();
  private first: unknown;

  constructor(private readonly log: Logger) {}

  /** Aborted by the first. */
  get signal(): AbortSignal {
    return this.crash.signal;
  }

  get error(): unknown {
    return this.first;
  }

  note(error: unknown): void {
    this.log.error('nobody caught an error', { error, stack: memberOf(error, 'stack') });
    if (!this.signal.aborted) {
      this.first = error;
      this.crash.abort();
    }
  }
}

/**
 * Hands over what nobody catches, whatever was thrown, before Lambda's client or Node.js ends the process for it.
 *
 * @returns ends that; undefined where the `domain` module or a callback of another library has the place
 */
export function captureUncaught(caught: (error: unknown) => void): (() => void) | undefined {
  try {
    process.setUncaughtExceptionCaptureCallback(caught);
  } catch {
    return undefined;
  }
  return () => process.setUncaughtExceptionCaptureCallback(null);
}

/**
 * Ends the process by what nobody catches, before Lambda's client posts it: the responder takes an error of a handler's own for one of loading code.
 *
 * @returns ends that
 */
export function exitOnUncaught(): () => void {
  const exit = (error: unknown) => {
    console.error(error);
    process.exit(1);
  };
  process.prependListener('uncaughtException', exit);
  return () => void process.off('uncaughtException', exit);
}
