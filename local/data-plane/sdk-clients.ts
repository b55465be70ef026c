import { dummyCredentials } from './credentials';
import { DESTINATION_ATTEMPTS } from './limits';

/**
 * Configuration of an SDK client that talks to the bed with the keys of a function.
 * Everything that an SDK would otherwise look for in the environment or in config files is given.
 */
export function clientConfiguration(endpoint: string, region: string, functionArn: string) {
  return {
    endpoint,
    region,
    credentials: dummyCredentials(functionArn),
    maxAttempts: DESTINATION_ATTEMPTS,
    retryMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
}

/** The part of a middleware stack that is used here; its full type is that of each command. */
interface BuildStack {
  add(middleware: (next: Handler) => Handler, options: { step: 'build'; name: string }): void;
}
type Handler = (args: { request: { headers: Record<string, string> } }) => Promise<unknown>;

/** Sends the command as part of a chain of requests, as the SDKs do within a function, for Lambda's recursion guard. */
export function inChain<C extends { middlewareStack: object }>(command: C, traceId: string): C {
  (command.middlewareStack as unknown as BuildStack).add(
    (next) => (args) => {
      args.request.headers['x-amzn-trace-id'] = traceId;
      return next(args);
    },
    { step: 'build', name: 'inChain' },
  );
  return command;
}
