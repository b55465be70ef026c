/** Why stacks hang, and what CloudFormation has to be told instead. Each cause is tried with every type of request at each place. */
import type { Refusal } from './response-urls';

export const TYPES = ['Create', 'Update', 'Delete'] as const;
export const PLACES = ['on the first execution', 'on a hop'] as const;

export type RequestType = (typeof TYPES)[number];
export type Place = (typeof PLACES)[number];

/** Functions of the stack, each alike but for what happens to it from outside. */
export const FUNCTIONS = [
  'Resource',
  'ImportError',
  'SyntaxError',
  'NoSuchHandler',
  'ThrowsAtLoad',
  'ModuleThrows',
  'AwaitThrows',
  'ThrowsDeep',
  'BehindADoor',
  'Removed',
  'SwitchedOff',
  'Busy',
  'Recursive',
  'CarriesOn',
  'Stops',
] as const;

export type FunctionName = (typeof FUNCTIONS)[number];

export interface Cause {
  readonly what: string;
  /** What the handler does: a name in failures.js. */
  readonly failure: string;
  /** By default 'Resource'. */
  readonly function?: FunctionName;
  /** By default both. */
  readonly places?: readonly Place[];
  /** Further properties of the resource. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Seconds that have passed since CloudFormation signed the ResponseURL. By default none. */
  readonly signedAgo?: number;
  /** How the ResponseURL refuses answers. */
  readonly refusal?: Refusal;
  /** By default FAILED. */
  readonly status?: 'SUCCESS' | 'FAILED';
  /** The id of a Create that fails on the first execution: the marker when there is nothing to delete, else the default id. By default that. */
  readonly id?: 'marker' | 'default';
  /** What the first answer says. */
  readonly reason?: RegExp;
  /** What the second one says, where there are two: the function's own and the responder's. */
  readonly repeated?: RegExp;
  /** Nobody ever takes an answer. */
  readonly untaken?: true;
  /** What was refused is not what is told in the end: a SUCCESS whose data is gone. */
  readonly dataIsLost?: true;
}

const EXIT = 'the function failed before it could answer: Runtime.ExitError: RequestId: .* Error: Runtime exited';

/** AWS's clients up to 3.x post the rejection, since 4.0 it is an error that nobody catches. */
const DIES_OF_A_REJECTION = /RangeError: the snapshot is gone/;

/** After its answer the process ends itself; on a busy machine the time limit may be quicker. */
const ENDED = RegExp(`${EXIT} with error: exit status 1|Sandbox\\.Timedout: .*Task timed out`);

/** Seconds: as long as one execution tries, and a little more, so that it is the responder's answer that is taken. */
const LONGER_THAN_AN_EXECUTION = 25;

/** Seconds of ServiceTimeout: longer than an execution, and short enough for a test. */
const SHORT_TIMEOUT = '50';

/** There is time to do something to the function while its first execution sleeps. */
const AT_THE_MARGIN = { Hops: 'at the margin' };

export const H1: readonly Cause[] = [
  {
    what: 'the handler throws',
    failure: 'throws',
    id: 'marker',
    reason: /RangeError: the snapshot is gone\nrequest id: .+, log group: .+, log stream: /,
  },
  { what: 'the handler returns nothing', failure: 'returns nothing', reason: /returned undefined; return done\(\.\.\.\) or wait\(\.\.\.\)/ },
];

export const H2: readonly Cause[] = [
  { what: 'the process exits', failure: 'exits', reason: RegExp(`${EXIT} with error: exit status 3`) },
  { what: 'the process exits as if all were well', failure: 'exits as if all were well', reason: RegExp(`${EXIT} without providing a reason`) },
  { what: 'the process is killed', failure: 'is killed', reason: RegExp(`${EXIT} with error: signal: killed`) },
  { what: 'memory runs out', failure: 'takes more memory than there is', reason: /Runtime\.OutOfMemory: .*signal: killed/ },
  { what: 'the event loop is blocked', failure: 'blocks the event loop', reason: /Sandbox\.Timedout: .*Task timed out after 30\.00 seconds/ },
  {
    what: 'a promise is never settled',
    failure: 'never settles',
    reason: /ran to the end of its execution/,
    repeated: ENDED,
  },
  { what: 'a rejection is not handled', failure: 'rejects where nobody listens', reason: DIES_OF_A_REJECTION },
  {
    what: 'an error is thrown in a timer',
    failure: 'throws in a timer',
    reason: /an error that nobody caught: RangeError: the snapshot is gone\nrequest id: .+, log group: .+, log stream: /,
    repeated: ENDED,
  },
  {
    what: 'text is thrown in a timer',
    failure: 'throws text in a timer',
    reason: /an error that nobody caught: the snapshot is gone/,
    repeated: ENDED,
  },
  {
    what: 'a frozen error is thrown by a listener',
    failure: 'throws a frozen error in a listener',
    reason: /an error that nobody caught: RangeError: the snapshot is gone/,
    repeated: ENDED,
  },
];

export const H3: readonly Cause[] = [
  {
    what: 'a module is missing',
    failure: 'succeeds',
    function: 'ImportError',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /Runtime\.ImportModuleError: .*a-module-that-was-not-packed/,
  },
  {
    what: 'the code is no JavaScript',
    failure: 'succeeds',
    function: 'SyntaxError',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /Runtime\.UserCodeSyntaxError: .*SyntaxError/,
  },
  {
    what: 'the handler is missing',
    failure: 'succeeds',
    function: 'NoSuchHandler',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /Runtime\.HandlerNotFound: .*handler/,
  },
  {
    what: 'the code throws while it is loaded',
    failure: 'succeeds',
    function: 'ThrowsAtLoad',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /RangeError: the configuration is missing/,
  },
  {
    what: 'an ES module throws while it is loaded',
    failure: 'succeeds',
    function: 'ModuleThrows',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /RangeError: the configuration is missing/,
  },
  {
    what: 'an ES module throws while it is loaded, after a top-level await',
    failure: 'succeeds',
    function: 'AwaitThrows',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /string: the configuration is missing/,
  },
  {
    what: 'the code throws while it is loaded, many calls deep',
    failure: 'succeeds',
    function: 'ThrowsDeep',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /RangeError: the configuration is missing/,
  },
];

export const H4: readonly Cause[] = [
  { what: 'the answer is refused with 403', failure: 'succeeds', refusal: { by: 403, times: 1 }, status: 'SUCCESS' },
  {
    what: 'the answer meets 503 until the execution ends',
    failure: 'succeeds',
    refusal: { by: 503, seconds: LONGER_THAN_AN_EXECUTION },
    status: 'SUCCESS',
  },
  {
    what: 'the connection breaks until the execution ends',
    failure: 'succeeds',
    refusal: { by: 'break', seconds: LONGER_THAN_AN_EXECUTION },
    status: 'SUCCESS',
  },
  {
    what: 'the answer gets no reply until the execution ends',
    failure: 'succeeds',
    refusal: { by: 'silence', seconds: LONGER_THAN_AN_EXECUTION },
    status: 'SUCCESS',
  },
  {
    what: 'a FAILED is refused with 403',
    failure: 'throws',
    id: 'marker',
    refusal: { by: 403, times: 1 },
    reason: /RangeError: the snapshot is gone/,
    repeated: /RangeError: the snapshot is gone/,
  },
  {
    what: 'an answer with data is refused with 403',
    failure: 'succeeds with data',
    refusal: { by: 403, times: 1 },
    dataIsLost: true,
    repeated: /it succeeded, but its answer could not be delivered: the ResponseURL answered 403/,
  },
  {
    what: 'every answer is refused with 403',
    failure: 'succeeds',
    properties: { ServiceTimeout: SHORT_TIMEOUT },
    refusal: { by: 403 },
    status: 'SUCCESS',
    untaken: true,
  },
  {
    what: 'every answer meets 503',
    failure: 'succeeds',
    properties: { ServiceTimeout: SHORT_TIMEOUT },
    refusal: { by: 503 },
    status: 'SUCCESS',
    untaken: true,
  },
];

const LOST = (cause: string) => RegExp(`the next execution could not be started: .*${cause}`);

export const H5: readonly Cause[] = [
  {
    what: 'invoking the next execution is denied',
    failure: 'goes on',
    function: 'BehindADoor',
    properties: { Invoke: 'denied' },
    reason: LOST('AccessDenied'),
  },
  {
    what: 'invoking the next execution is throttled',
    failure: 'goes on',
    function: 'BehindADoor',
    properties: { Invoke: 'throttled' },
    reason: LOST('TooManyRequests'),
  },
  {
    what: 'invoking the next execution gets no reply',
    failure: 'goes on',
    function: 'BehindADoor',
    properties: { Invoke: 'silent' },
    reason: LOST('(Lambda gave no answer|socket hang up)'),
  },
  {
    what: 'the next execution starts, but the connection breaks before its acknowledgement',
    failure: 'goes on',
    function: 'BehindADoor',
    properties: { Invoke: 'accepted, then broken' },
    status: 'SUCCESS',
  },
  {
    what: 'the function is removed',
    failure: 'goes on',
    function: 'Removed',
    places: ['on the first execution'],
    properties: AT_THE_MARGIN,
    reason: LOST('(ResourceNotFound|Lambda gave no answer)'),
  },
  {
    what: 'the function is switched off by a reserved concurrency of zero',
    failure: 'succeeds',
    function: 'SwitchedOff',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /Lambda gave up on the invocation before it ran: ZeroReservedConcurrency/,
  },
  {
    what: 'the function is throttled for longer than events are kept',
    failure: 'succeeds',
    function: 'Busy',
    properties: AT_THE_MARGIN,
    id: 'marker',
    reason: /Lambda gave up on the invocation before it ran: EventAgeExceeded/,
  },
  {
    what: 'the recursion guard stops the chain',
    failure: 'succeeds',
    function: 'Recursive',
    id: 'marker',
    reason: /Lambda gave up on the invocation before it ran: RecursiveInvocation/,
  },
];

export const H6: readonly Cause[] = [
  {
    what: "the handler names an id that can't be",
    failure: "names an id that can't be",
    reason: /physicalResourceId must be a non-empty string|can't change the physical id/,
  },
];
