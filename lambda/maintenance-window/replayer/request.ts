import { sources } from '../../contract/maintenance-window/sources.json';
import { functionKey as functionKeys } from '../../contract/maintenance-window/store.json';
import { isObject } from '../../json';
import { isFunctionKey } from '../store/keys';

/** What a manual run replays; a field that is absent does not filter. */
export interface RunFilter {
  readonly functionKey?: string;
  readonly source?: string;
  readonly requestId?: string;
}

/** What a redirect takes: events of one function key. */
export type RedirectFilter = RunFilter & { readonly functionKey: string };

export type Request =
  | { readonly action: 'sweep' }
  | { readonly action: 'replay'; readonly filter: RunFilter; readonly maxEvents?: number }
  | { readonly action: 'redirect'; readonly filter: RedirectFilter; readonly to: string; readonly maxEvents?: number };

const EXAMPLE =
  'Send {"action":"sweep"}, {"action":"replay"} with any of "functionKey", "source", "requestId", "maxEvents", ' +
  'or {"action":"redirect","functionKey":"<old>","to":"<new>"} with any of "source", "requestId", "maxEvents".';
const FILTERS = ['functionKey', 'source', 'requestId'] as const;

export class BadRequest extends Error {
  constructor(problem: string) {
    super(`${problem} ${EXAMPLE}`);
    this.name = 'BadRequest';
  }
}

/**
 * Reads what the replayer was invoked with.
 *
 * @throws BadRequest naming the field, its value and the fix
 */
export function readRequest(event: unknown): Request {
  if (!isObject(event)) {
    throw new BadRequest(`The replayer was invoked with ${shown(event)}, which is not a JSON object.`);
  }
  const { action, ...rest } = event;
  if (action === 'sweep') {
    refuseUnknown(rest, []);
    return { action };
  }
  if (action === 'replay') {
    refuseUnknown(rest, [...FILTERS, 'maxEvents']);
    const maxEvents = mostEvents(rest.maxEvents);
    return { action, filter: filterOf(rest), ...(maxEvents === undefined ? {} : { maxEvents }) };
  }
  if (action === 'redirect') {
    return readRedirect(rest);
  }
  throw new BadRequest(`"action" is ${shown(action)}.`);
}

function readRedirect(fields: Record<string, unknown>): Request {
  refuseUnknown(fields, [...FILTERS, 'to', 'maxEvents']);
  const functionKey = functionKeyIn(fields, 'functionKey');
  const to = functionKeyIn(fields, 'to');
  if (to === functionKey) {
    throw new BadRequest(
      `"to" is ${shown(to)}, as is "functionKey"; its events are there already. Name the key of the function that is to run them.`,
    );
  }
  const maxEvents = mostEvents(fields.maxEvents);
  return { action: 'redirect', filter: { ...filterOf(fields), functionKey }, to, ...(maxEvents === undefined ? {} : { maxEvents }) };
}

function functionKeyIn(fields: Record<string, unknown>, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string' || !isFunctionKey(value)) {
    const { mostCharacters } = functionKeys;
    throw new BadRequest(
      `"${field}" is ${shown(value)}; it must be a function key: 1 to ${mostCharacters} letters, digits, '.', '_', '/' or '-', and not 'run'.`,
    );
  }
  return value;
}

function refuseUnknown(fields: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(fields).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    throw new BadRequest(`Unknown field${unknown.length > 1 ? 's' : ''} ${unknown.map((field) => `"${field}"`).join(', ')}.`);
  }
}

function filterOf(fields: Record<string, unknown>): RunFilter {
  const filter: Record<string, string> = {};
  for (const field of FILTERS) {
    const value = fields[field];
    if (value === undefined) {
      continue;
    }
    if (typeof value !== 'string' || value === '') {
      throw new BadRequest(`"${field}" is ${shown(value)}; it must be a non-empty string.`);
    }
    filter[field] = value;
  }
  if (filter.source !== undefined && !sources.some(({ name }) => name === filter.source)) {
    throw new BadRequest(`"source" is ${shown(filter.source)}; known: ${sources.map(({ name }) => name).join(', ')}.`);
  }
  return filter;
}

function mostEvents(value: unknown): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`"maxEvents" is ${shown(value)}; it must be a whole number above 0.`);
  }
  return value;
}

/** Characters of a refused value that an error shows. */
const SHOWN_CHARACTERS = 120;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, SHOWN_CHARACTERS);
}
