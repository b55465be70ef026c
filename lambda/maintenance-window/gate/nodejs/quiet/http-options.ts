/**
 * The options of HTTP sources, from their variables: JSON of 2 KB at most, which a function without them does not have. Read at the start, so that
 * a value that cannot be meant stops the function instead of the first rejection; used by what a window imports.
 */
import { streaming } from '../../../../contract/maintenance-window/answers.json';
import { httpOptions } from '../../../../contract/maintenance-window/sources.json';
import { isObject } from '../../../../json';

/** How requests are rejected, where it is not the default. */
export interface Rejection {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** By source, the qualifiers by which what streams its responses invokes the function. */
export type Streaming = Readonly<Record<string, readonly string[] | undefined>>;

const { variableBytes, statusCode: status, mostPatterns } = httpOptions;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Printable ASCII. */
const HEADER_VALUE = /^[ -~]*$/;
/** A method in capitals or a star, and a path whose only star is its end. */
const PATTERN = /^(\*|[A-Z]+) \/[^*]*\*?$/;

const MEMBERS: Readonly<Record<string, (value: unknown) => boolean>> = {
  statusCode: (value) => Number.isInteger(value) && (value as number) >= status.least && (value as number) <= status.most,
  headers: (value) => isObject(value) && areHeaders(Object.entries(value)),
  body: (value) => typeof value === 'string',
};

export const REJECTION = `a JSON object of at most ${variableBytes} bytes with statusCode (${status.least} to ${status.most}), headers (each name once, values in ASCII) and body (text), or some of them`;
export const ALWAYS_RUN = `a JSON list of 1 to ${mostPatterns} patterns in at most ${variableBytes} bytes, each a method in capitals or *, one space, and a path that begins with / and has * at its end or nowhere`;

export const STREAMING = `a JSON object in at most ${variableBytes} bytes of ${streaming.sources.join(' and ')}, or one of them, to a list of qualifiers`;

/** The rejection, undefined when the text is not one. */
export function parseRejection(text: string): Rejection | undefined {
  const value = parsed(text);
  const isRejection = isObject(value) && Object.entries(value).every(([name, member]) => Object.hasOwn(MEMBERS, name) && MEMBERS[name](member));
  return isRejection ? value : undefined;
}

/** The patterns of requests that always run, undefined when the text is not a list of them. */
export function parseAlwaysRun(text: string): readonly string[] | undefined {
  const value = parsed(text);
  const isPattern = (item: unknown) => typeof item === 'string' && PATTERN.test(item);
  return Array.isArray(value) && value.length > 0 && value.length <= mostPatterns && value.every(isPattern) ? (value as string[]) : undefined;
}

/** What streams, undefined when the text does not tell that. */
export function parseStreaming(text: string): Streaming | undefined {
  const value = parsed(text);
  const areQualifiers = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  const isStreaming = isObject(value) && Object.entries(value).every(([name, list]) => streaming.sources.includes(name) && areQualifiers(list));
  return isStreaming ? (value as Streaming) : undefined;
}

function areHeaders(headers: readonly (readonly [string, unknown])[]): boolean {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  return (
    names.size === headers.length && headers.every(([name, value]) => HEADER_NAME.test(name) && typeof value === 'string' && HEADER_VALUE.test(value))
  );
}

function parsed(text: string): unknown {
  try {
    return Buffer.byteLength(text) <= variableBytes ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
