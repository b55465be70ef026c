import { cacheTtlSeconds } from '../../contract/maintenance-window/timing.json';
import { environment as names, layer } from '../../contract/names.json';
import type { WindowNames } from './windows';

/**
 * What a function's environment variables say about its gate.
 * - there: where its window stands
 * - missing: a pointer would reach the handler as an event of its own
 * - other: the gate is there, and guards the events of another function key
 */
export type GateState = { readonly kind: 'there'; readonly window: WindowNames } | { readonly kind: 'missing' | 'other'; readonly reason: string };

export function gateState(variables: Readonly<Record<string, string>>, functionKey: string): GateState {
  const guarded = variables[names.functionKey];
  if (guarded && guarded !== functionKey) {
    // Whatever is the matter with its gate concerns other events
    return { kind: 'other', reason: `guards other events: ${names.functionKey} is ${quoted(guarded)}, not '${functionKey}'` };
  }
  const wrapper = variables[names.wrapper];
  if (wrapper !== layer.wrapper) {
    return { kind: 'missing', reason: `lacks the gate: ${names.wrapper} is ${quoted(wrapper)}, not '${layer.wrapper}'` };
  }
  if (variables[names.disabled] === 'true') {
    return { kind: 'missing', reason: `runs without its gate: ${names.disabled} is 'true'; remove the variable` };
  }
  const operator = variables[names.operatorParameter];
  if (!operator) {
    return { kind: 'missing', reason: `lacks the gate: ${names.operatorParameter} is not set` };
  }
  if (!guarded) {
    return { kind: 'missing', reason: `lacks the gate: ${names.functionKey} is not set` };
  }
  return {
    kind: 'there',
    window: {
      operator,
      planned: variables[names.plannedParameter] || undefined,
      cacheTtl: seconds(variables[names.cacheTtl], cacheTtlSeconds.default),
      leadTime: seconds(variables[names.leadTime], 0),
    },
  };
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'not set' : `'${value}'`;
}

/** Milliseconds of a number of seconds; the default where there is none, as the gate has it. */
function seconds(value: string | undefined, absent: number): number {
  const number = Number(value);
  return (value && number >= 0 ? number : absent) * 1000;
}
