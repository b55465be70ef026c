/** What a handler returned, before it is believed: JavaScript has no types, and CloudFormation's own spelling comes easily. Pure. */
import { isObject, kindOf } from '../../../../json';
import { memberOf } from '../../../../thrown';
import type { Done, Wait } from './results';
import { HandlerError } from './verdict';

const MEMBERS = {
  DONE: ['outcome', 'physicalResourceId', 'data', 'noEcho'],
  WAIT: ['outcome', 'state', 'physicalResourceId', 'afterSeconds'],
} as const;

/** What is meant by names that others have for these members, in lower case and without what joins words. */
const MEANT: Readonly<Record<string, string>> = {
  physicalresourceid: 'physicalResourceId',
  physicalid: 'physicalResourceId',
  resourceid: 'physicalResourceId',
  id: 'physicalResourceId',
  data: 'data',
  attributes: 'data',
  noecho: 'noEcho',
  afterseconds: 'afterSeconds',
  after: 'afterSeconds',
  delay: 'afterSeconds',
};

const REMEDIES: Readonly<Record<string, string>> = {
  iscomplete: 'done(...) is complete; return wait(...) to go on',
  status: 'done(...) is a success; throw an error to fail',
  reason: 'done(...) is a success; throw an error to fail',
  error: 'done(...) is a success; throw an error to fail',
};

const OTHERWISE = {
  DONE: 'attributes belong in data, as in done({ data: { Arn: ... } })',
  WAIT: 'it takes a state, then physicalResourceId and afterSeconds',
};

/**
 * What a handler returned, when it is what it may return.
 *
 * @param called the function that returned it
 * @param canPoll whether the handler has a poll
 * @throws HandlerError
 */
export function resultIn(value: unknown, called: string, canPoll: boolean): Done | Wait {
  if (!isResult(value)) {
    throw new HandlerError(`${called} returned ${kindOf(value)}; return done(...) or wait(...)`);
  }
  if (value.outcome === 'WAIT' && !canPoll) {
    throw new HandlerError(`${called} returned wait(...), but the handler has no poll`);
  }
  const problem = unknownMember(value);
  if (problem !== undefined) {
    throw new HandlerError(problem);
  }
  return value;
}

function isResult(value: unknown): value is Done | Wait {
  return isObject(value) && (value.outcome === 'DONE' || value.outcome === 'WAIT');
}

/** Why a result says more than is understood; undefined when it does not. */
function unknownMember(result: Done | Wait): string | undefined {
  const { outcome } = result;
  const known: readonly string[] = MEMBERS[outcome];
  const name = Object.keys(result).find((key) => !known.includes(key) && memberOf(result, key) !== undefined);
  if (name === undefined) {
    return undefined;
  }
  const meant = MEANT[plain(name)];
  const remedy =
    meant === 'data' && outcome === 'WAIT'
      ? 'attributes are known when it is done'
      : meant !== undefined && known.includes(meant)
        ? `did you mean ${meant}?`
        : ((outcome === 'DONE' ? REMEDIES[plain(name)] : undefined) ?? OTHERWISE[outcome]);
  return `${outcome.toLowerCase()} takes no '${name}': ${remedy}`;
}

/** The id in what a handler returned, by whichever spelling: what failed for another reason has been made nevertheless. */
export function madeId(value: unknown): unknown {
  const own = memberOf(value, 'physicalResourceId');
  const other = isObject(value) ? Object.keys(value).find((name) => plain(name) === 'physicalresourceid') : undefined;
  return own ?? (other === undefined ? undefined : memberOf(value, other));
}

function plain(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}
