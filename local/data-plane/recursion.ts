import { createHash, randomBytes } from 'node:crypto';

import { RECURSION_LIMIT } from './limits';

/**
 * Lambda's recursion guard. Each invocation gets a trace id whose `Lineage` field counts, for each function, how often it ran in this chain of
 * requests; the AWS SDKs copy the trace id of a running invocation into what they call. The shape is the one seen in public dumps of events
 * (`Lineage=1:fe460cdd:0`, several joined by `|`); it is private to AWS, so only its effect is promised.
 */
export interface Chain {
  /** The trace id for the runtime. */
  readonly traceId: string;
  /** How often this function has run in the chain, this time included. */
  readonly depth: number;
}

const FORMAT = '1';

/** Adds one invocation of a function to the chain that a caller's trace id describes. */
export function continueChain(functionArn: string, callersTraceId: string | undefined): Chain {
  const fields = parseTraceId(callersTraceId);
  const lineage = parseLineage(fields.get('Lineage'));
  const key = createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
  const depth = (lineage.get(key) ?? -1) + 2;
  lineage.delete(key);
  lineage.set(key, depth - 1);
  const counts = [...lineage].map(([function_, count]) => `${FORMAT}:${function_}:${count}`).join('|');
  const root = fields.get('Root') ?? newRoot();
  const parent = randomBytes(8).toString('hex');
  return { traceId: `Root=${root};Parent=${parent};Sampled=${fields.get('Sampled') ?? '0'};Lineage=${counts}`, depth };
}

/** Whether Lambda stops this invocation. */
export function isRecursiveLoop(chain: Chain, recursiveLoop: 'Terminate' | 'Allow' | undefined): boolean {
  return recursiveLoop !== 'Allow' && chain.depth > RECURSION_LIMIT;
}

function parseTraceId(traceId: string | undefined): Map<string, string> {
  const pairs = (traceId ?? '').split(';').map((field) => field.trim().split('='));
  return new Map(pairs.filter((pair): pair is [string, string] => pair.length === 2 && pair[0] !== ''));
}

/** Counters by function; fields of a shape that we did not write are dropped. */
function parseLineage(lineage: string | undefined): Map<string, number> {
  const counters = new Map<string, number>();
  for (const field of lineage?.split('|') ?? []) {
    const match = /^(?:\d+:)?([0-9a-f]{8}):(\d+)$/.exec(field);
    if (match) {
      counters.set(match[1], Number(match[2]));
    }
  }
  return counters;
}

function newRoot(): string {
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}
