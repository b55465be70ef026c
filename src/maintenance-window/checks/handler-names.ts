import { Token } from 'aws-cdk-lib';

/** `<folders>/<module>.<export>`; an export may be within another. */
const NODEJS = /^(?:.*\/)?[^./]+(?:\.[^./]+)+$/;
/** The last dot is before the function; packages are separated by dots or slashes. */
const PYTHON = /^[^.].*\.[^./]+$/;
/** By which the Lambda Web Adapter and custom runtimes name a program of their own. */
const SCRIPT = /\.(?:sh|bash)$/;

/** Why the runtime's own client could not load a handler, for which something else than the client must be meant to run; undefined when it could. */
export function unsupportedHandler(handler: unknown, runtime: unknown): string | undefined {
  if (typeof handler !== 'string') {
    return handler === undefined ? 'it has no handler: give it one as <module>.<function>' : undefined;
  }
  if (Token.isUnresolved(handler) || isLoadable(handler, runtime)) {
    return undefined;
  }
  return (
    `handler '${handler}' is not <module>.<function>, which the runtime's own client could load: what runs it in the client's place, as the Lambda Web ` +
    'Adapter does, no window would hold. Give a handler that is a function'
  );
}

function isLoadable(handler: string, runtime: unknown): boolean {
  if (SCRIPT.test(handler)) {
    return false;
  }
  // Of a runtime that only the deployment knows it is Node.js, for which the CDK looks the newest up
  return typeof runtime === 'string' && runtime.startsWith('python') ? PYTHON.test(handler) : NODEJS.test(handler) && !handler.includes('..');
}
