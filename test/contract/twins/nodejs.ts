/** The Node.js gate's answers to the questions, in the words of the contract. */
import { alwaysRuns } from '../../../lambda/maintenance-window/gate/nodejs/held/always-run';
import { deferred, rejected, windowActive } from '../../../lambda/maintenance-window/gate/nodejs/held/answers';
import { heldResponse, responseUrl } from '../../../lambda/maintenance-window/gate/nodejs/held/cloudformation';
import { kindOf } from '../../../lambda/maintenance-window/gate/nodejs/held/cloudformation-request';
import { capped } from '../../../lambda/maintenance-window/gate/nodejs/held/envelope';
import { decodeRow, encodeRow } from '../../../lambda/maintenance-window/gate/nodejs/held/items';
import {
  detect,
  isHop,
  itemId,
  itemsOf,
  NOT_JSON,
  parse,
  receivedMessages,
  sourceIds,
  sourceNamed,
} from '../../../lambda/maintenance-window/gate/nodejs/held/sources';
import { isStreamed, streamed } from '../../../lambda/maintenance-window/gate/nodejs/held/streaming';
import { readSettings } from '../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { withMark, withoutMark } from '../../../lambda/maintenance-window/gate/nodejs/replay/mark';
import { outcomeOfError, outcomeOfResult, withOnly } from '../../../lambda/maintenance-window/gate/nodejs/replay/outcome';
import { backoffDelay } from '../../../lambda/maintenance-window/store/backoff';
import { isInline, pack, parts, unpack } from '../../../lambda/maintenance-window/store/body';
import { expiry } from '../../../lambda/maintenance-window/store/expiry';
import { backlogKey, backlogSortKey, chunkKeys, eventKey } from '../../../lambda/maintenance-window/store/keys';
import { parsePointer } from '../../../lambda/maintenance-window/store/pointer';
import { decide, guarded, lastOperated, nextChange } from '../../../lambda/maintenance-window/window/decision';
import { parseOperator, parsePlanned, WindowValueError } from '../../../lambda/maintenance-window/window/value';
import type { Question } from './questions';

/** What the asked gate guards. */
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:f';

type Of<K extends Question['kind']> = Extract<Question, { kind: K }>;

const ANSWERS: { readonly [K in Question['kind']]: (question: Of<K>) => unknown } = {
  window: ({ operator, planned, times: { now, lead, guard, lastModified, version } }) => {
    const [said, plan] = [valueOr(() => parseOperator(operator)), valueOr(() => parsePlanned(planned))];
    if ('code' in said) {
      return { operator: said, planned: plan };
    }
    const known = 'code' in plan ? null : plan;
    const operated = lastOperated(said, version, lastModified);
    const next = nextChange(said, known, lead, operated, guard, now);
    return {
      operator: said,
      planned: plan,
      decision: decide(said, known, lead, now),
      guarded: guarded(said, known, operated, guard, now),
      next: next === Infinity ? null : next,
    };
  },

  event: ({ body, now, until, reason, alwaysRun, rejection }) => {
    const event = parse(body);
    const source = detect(event);
    const items = itemsOf(source, event);
    return {
      source: source.name,
      json: event !== NOT_JSON,
      hop: isHop(event),
      pointer: parsePointer(body) ?? null,
      ids: capped(sourceIds(source, event)),
      items: items?.map((item) => itemId(source, item) ?? null) ?? null,
      messages:
        receivedMessages(source, event)?.map(({ messageId, receiveCount }) => ({
          messageId: messageId ?? null,
          receiveCount: receiveCount ?? null,
        })) ?? null,
      deferred: source.answer === 'echo' ? body : (JSON.parse(deferred(source, event, body, 'request', until)) as unknown),
      rejected: source.http ? (JSON.parse(rejected(source, event, now, until, reason, rejection ?? undefined)) as unknown) : null,
      runs: alwaysRuns(alwaysRun, source, event),
      left: windowActive('LEAVE', until, reason).message,
    };
  },

  result: ({ source: name, body, result, only }) => {
    const source = sourceNamed(name);
    const rest = withOnly(source, body, only);
    return {
      outcome: outcomeOfResult(source, parse(body), result),
      error: outcomeOfError(result),
      rest: rest === undefined ? null : (JSON.parse(rest) as unknown),
    };
  },

  mark: ({ context }) => ({
    without: jsonOr(withoutMark(context)),
    with: JSON.parse(withMark(context, { requestId: 'r', deferredAt: 1_799_546_400_123, attempt: 2, run: 'run' })) as unknown,
  }),

  row: ({ row }) => {
    const encoded = encodeRow(bytesIn(row) as Record<string, never>);
    return { encoded, again: encodeRow(decodeRow(encoded)) };
  },

  keys: ({ requestId, attempt, random, finishedAt }) => ({
    keys: [eventKey('f', requestId), backlogKey('pending', requestId), backlogSortKey('f', finishedAt, requestId), ...chunkKeys('f#r', requestId, 2)],
    backoff: backoffDelay(attempt, random),
    expiry: expiry(finishedAt, 604_800_001),
  }),

  body: ({ base64 }) => {
    const body = Buffer.from(base64, 'base64');
    const packed = pack(body);
    return {
      attributes: packed.attributes,
      inline: isInline(packed),
      parts: parts(packed).length,
      back: unpack(packed.content, packed.attributes).equals(body),
    };
  },

  cloudformation: ({ request, reason, endpoint }) => ({
    mayAnswer: responseUrl(request.ResponseURL as string, { AWS_ENDPOINT_URL: endpoint }) !== undefined,
    kind: kindOf(request, FUNCTION),
    response: heldResponse(request, reason),
  }),

  stream: ({ source, arn, streaming, status, headers, body }) => {
    const stream = Buffer.from(streamed(status, headers, body)).toString();
    return {
      is: isStreamed(streaming, sourceNamed(source), arn),
      metadata: JSON.parse(stream.split('\0')[0]) as unknown,
      rest: stream.slice(stream.indexOf('\0')),
    };
  },

  settings: ({ environment }) => valueOr(() => ({ ...readSettings(environment) })),
};

/** What the Node.js gate says to a question, as JSON holds it. */
export function answer(question: Question): unknown {
  const said = (ANSWERS[question.kind] as (question: Question) => unknown)(question);
  return JSON.parse(JSON.stringify(said));
}

function valueOr<T extends object>(make: () => T): T | { readonly code: string } {
  try {
    return make();
  } catch (error) {
    return { code: error instanceof WindowValueError ? error.code : (error as Error).message };
  }
}

/** Texts that say the same JSON are the same; others are compared as they are. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function bytesIn(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(bytesIn);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if ('$bytes' in value) {
    return Buffer.from(value.$bytes as string, 'base64');
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, bytesIn(inner)]));
}
