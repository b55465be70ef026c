import { Duration } from 'aws-cdk-lib';

import { Deferral } from './deferral';
import { IDeferredEventStore } from './deferred-event-store';
import { IMaintenanceWindow } from './maintenance-window';
import { Rejection } from './rejection';

/** What happens to an invocation when the window's parameter was never read, or not for ten times `cacheTtl`. */
export enum OnWindowUnknown {
  /** The handler runs, as if no window were on. */
  RUN = 'RUN',

  /** As inside a window without an end. */
  DEFER = 'DEFER',

  /** The invocation fails with the error `MaintenanceWindowUnknown`, so that sources that retry come again. */
  FAIL = 'FAIL',
}

/** What happens when AWS has updated the function's runtime to a client that the gate does not know, and can't be attached to. */
export enum OnUnknownClient {
  /** The function does not start: each invocation fails with the error `GateNotAttached`. */
  FAIL = 'FAIL',

  /**
   * The handler runs without the gate: no window holds it, and the metric `GateMissing` counts it. Pointers to deferred events come to it as events
   * while this lasts, so let nothing be replayed then.
   */
  RUN = 'RUN',
}

/** Where the gate reads the window from. */
export enum WindowSource {
  /**
   * The mirror, a table of the window's stack, which holds what its parameters say: any number of environments may read it. Parameter Store is asked
   * only when the mirror can't be read, or was not brought up to date for 150 s.
   */
  MIRROR = 'MIRROR',

  /**
   * The window's parameters in Parameter Store alone, which answers 40 requests a second of the whole account and Region, an operator's too: for few
   * functions that start seldom.
   */
  PARAMETER_STORE = 'PARAMETER_STORE',
}

/** When a new environment loads the user's code. */
export enum HandlerLoading {
  /** Only once it is known that no window is on: code whose import needs what is under maintenance loses no event. */
  AFTER_CHECK = 'AFTER_CHECK',

  /** At once, while the check runs: for code whose import is known to be harmless, to hide the check's round trip. */
  AT_ONCE = 'AT_ONCE',
}

/** Which deferred events stand for one another, so that only the newest of them is replayed. */
export enum CoalesceBy {
  /** Ticks of one rule or schedule: known by the rule that they name, or by the constant input that a schedule of this app gives them. */
  RULE = 'RULE',

  /**
   * Beside these all events of the source `direct` with the same bytes: pings that keep a function warm, or ticks of schedules that another app has.
   * Events with a client context, a Cognito identity or a tenant are not.
   */
  PAYLOAD = 'PAYLOAD',
}

/** How functions behave during maintenance windows: what may be the same for any number of them. */
export interface CommonMaintenanceWindowOptions {
  /**
   * The window that decides whether the handler is called. Many functions may share one; it may belong to another stack.
   *
   * @default - one window for all functions of the stack (`MaintenanceWindow.ofStack`), which is never on until an operator says so
   */
  readonly maintenanceWindow?: IMaintenanceWindow;

  /**
   * Where events are kept that come during a window. Many functions may share one; it may belong to another stack of the same account and Region.
   *
   * @default - one store for all functions of the stack (`DeferredEventStore.ofStack`), replayed by hand
   */
  readonly deferredEvents?: IDeferredEventStore;

  /**
   * What to do with events during a window, by source, where it is not the default.
   *
   * @default - each source's own default
   */
  readonly deferral?: Deferral;

  /**
   * Which deferred events stand for one another: of those only the newest is replayed, the others are discarded. With `PAYLOAD` a direct event that is
   * the same, byte for byte, as a later one is not run: not for callers that mean each of them, such as one that counts.
   *
   * @default CoalesceBy.RULE
   */
  readonly coalesceBy?: CoalesceBy;

  /**
   * How HTTP requests are rejected during a window: status, headers and body of the answer of API Gateway's REST and HTTP APIs, function URLs,
   * Application Load Balancers and VPC Lattice. At most 2 KB as JSON. Requests that are deferred are answered as ever.
   *
   * @default - status 503 with a JSON body and `Retry-After`
   */
  readonly rejection?: Rejection;

  /**
   * HTTP requests that run during a window too, by method and path: `GET /orders/*`, `* /health`. `*` alone as method is any, `*` at the end of a
   * path is any rest; else both must be equal to what the event says. An HTTP API's path begins with its stage, a REST API's does not.
   * At most 20 patterns. An Application Load Balancer's health check should be one, so that a window does not take the target out.
   *
   * @default - none
   */
  readonly alwaysRun?: string[];

  /**
   * What to do when the parameter cannot be read and the last known value is older than ten times `cacheTtl`.
   *
   * @default OnWindowUnknown.RUN
   */
  readonly onWindowUnknown?: OnWindowUnknown;

  /**
   * What to do when AWS has updated the function's runtime to a client of unknown shape. It can't come to that with a runtime that is updated with the
   * function alone: `runtimeManagementMode: lambda.RuntimeManagementMode.FUNCTION_UPDATE`.
   *
   * @default OnUnknownClient.FAIL
   */
  readonly onUnknownClient?: OnUnknownClient;

  /**
   * Where the window is read from.
   *
   * @default WindowSource.MIRROR
   */
  readonly windowSource?: WindowSource;

  /**
   * How long a value of the window's parameter is used before it is read again: at least one second, whole seconds. An operator waits this long
   * until a change has reached every environment; intervals that are known begin and end exactly.
   *
   * @default Duration.seconds(30)
   */
  readonly cacheTtl?: Duration;

  /**
   * When a new environment loads your code.
   *
   * @default HandlerLoading.AFTER_CHECK
   */
  readonly handlerLoading?: HandlerLoading;

  /**
   * How long before the start of a known interval events begin to be held, so that runs that began earlier can end. Whole seconds.
   *
   * @default Duration.seconds(0)
   */
  readonly leadTime?: Duration;

  /**
   * For how long after a window each event of an asynchronous source is looked up among the deferred ones, so that Lambda's retry of an invocation
   * that was deferred does not run as well. Whole seconds. Lambda retries errors after 1 and 2 minutes, throttled invocations for up to 6 hours.
   *
   * @default Duration.minutes(15)
   */
  readonly duplicateCheckFor?: Duration;

  /**
   * For how long messages of a FIFO queue stay invisible when they are left in it, at most; less when the window is known to end sooner.
   * Up to 11 hours, whole seconds: SQS counts 12 hours from the receive, and the function has some of them.
   *
   * @default Duration.minutes(30)
   */
  readonly fifoVisibilityTimeout?: Duration;

  /**
   * Acknowledges that an `onSuccess` destination of this function receives more than results: a record for each deferred event, with
   * `{"maintenanceWindow":{"status":"DEFERRED",...}}` as its response, and one for each replay that has no result, with
   * `{"maintenanceReplay":{"status":...,"requestId":...}}`. Without this, such a destination is an error at synth.
   *
   * @default false
   */
  readonly onSuccessSeesDeferrals?: boolean;

  /**
   * Acknowledges that the function's role has what the window and the store need although no policy of the app gives it to it: a role that the app
   * can't change (imported with `mutable: false`, `withoutPolicyUpdates()`, `Role.customizeRoles`, of another account), or one with a policy that is
   * made elsewhere. Without this, a role without these permissions is an error at synth, which prints the statements.
   *
   * @default false
   */
  readonly permissionsGrantedElsewhere?: boolean;

  /**
   * Acknowledges that the function reaches DynamoDB and Parameter Store although synth sees no way to them out of its subnets: by an endpoint or a
   * route that is made elsewhere, by a proxy that is not in its environment, or that it does without Parameter Store as the fall-back. Without this,
   * subnets of the app that have neither a way out nor endpoints for the two are a warning at synth.
   *
   * @default false
   */
  readonly networkReachesAws?: boolean;
}

/** How a function behaves during maintenance windows. */
export interface MaintenanceWindowOptions extends CommonMaintenanceWindowOptions {
  /**
   * The function's name in deferred events, in keys that its role is bound to and in metrics: 1 to 64 letters, digits, `.`, `_`, `/` or `-`.
   * Events that wait are found by it, so give the old one when a function moves within the app while some do.
   *
   * @default - made from the stack's name and the construct's path in it
   */
  readonly functionKey?: string;
}

/** How all functions under a scope behave during maintenance windows. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a struct of its own, so that it can grow
export interface GuardAllOptions extends CommonMaintenanceWindowOptions {}
