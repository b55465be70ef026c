import type { SandboxExit } from '../sandbox/sandbox';

/** An error of the function or its runtime, as the caller of Invoke sees it. */
export interface FunctionError {
  readonly errorType: string;
  readonly payload: Buffer;
  /** What is in the log. */
  readonly logLine: string;
}

/** The function ran longer than its time limit. */
export function timeoutError(requestId: string, timeoutSeconds: number): FunctionError {
  const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return {
    ...functionError('Sandbox.Timedout', requestId, message),
    logLine: `${new Date().toISOString()} ${requestId} ${message}\n\n`,
  };
}

/** The runtime's process is gone. */
export function exitError(requestId: string, exit: SandboxExit): FunctionError {
  if (exit.reason === 'out-of-memory') {
    return functionError('Runtime.OutOfMemory', requestId, 'Runtime exited with error: signal: killed');
  }
  return functionError('Runtime.ExitError', requestId, exitMessage(exit));
}

/** Names that Go, in which AWS's supervisor is written, gives to signals. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGPIPE: 'broken pipe',
  SIGTERM: 'terminated',
};

function exitMessage(exit: SandboxExit): string {
  if (exit.signal !== null) {
    return `Runtime exited with error: signal: ${SIGNALS[exit.signal] ?? exit.signal}`;
  }
  return exit.code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${exit.code}`;
}

function functionError(errorType: string, requestId: string, message: string): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: ${message}`;
  return { errorType, payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), logLine: `${errorMessage}\n${errorType}\n` };
}
