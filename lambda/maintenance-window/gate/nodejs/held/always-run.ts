/** Which HTTP requests run although a window is on, by method and path: a load balancer's health check, reads that maintenance does not touch. */
import { requestOf, type Source } from './sources';

/** Whether a pattern, as `GET /orders/*`, names the request that an event is. What is not an HTTP request is named by none. */
export function alwaysRuns(patterns: readonly string[], source: Source, event: unknown): boolean {
  const request = patterns.length > 0 ? requestOf(source, event) : undefined;
  return request !== undefined && patterns.some((pattern) => matches(pattern, request.method, request.path));
}

function matches(pattern: string, method: string, path: string): boolean {
  const space = pattern.indexOf(' ');
  const [wantedMethod, wantedPath] = [pattern.slice(0, space), pattern.slice(space + 1)];
  const isPath = wantedPath.endsWith('*') ? path.startsWith(wantedPath.slice(0, -1)) : path === wantedPath;
  return isPath && (wantedMethod === '*' || method === wantedMethod);
}
