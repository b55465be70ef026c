/** Handlers made of functions that were written for CDK's Provider framework. */
import { canonicalJson, isObject, isPlain, type Json, kindOf } from '../../../json';
import { type Done, done, ResourceFailure, wait } from './protocol/results';
import type { AnyRequest, OperationContext, PollingHandlers, Raw, RequestType } from './types';

/** What `onEvent` is called with: CloudFormation's event without ResponseURL and ServiceToken. */
export interface OnEventRequest {
  readonly RequestType: RequestType;
  readonly RequestId: string;
  /** The stack's ARN. */
  readonly StackId: string;
  readonly LogicalResourceId: string;
  /** As `Custom::Thing`. */
  readonly ResourceType: string;
  /** Absent in a Create. */
  readonly PhysicalResourceId?: string;
  /** Without ServiceToken and ServiceTimeout. In a Create and an Update references to Secrets Manager are resolved. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the framework types them: code that is there reads them without a cast
  readonly ResourceProperties: Readonly<Record<string, any>>;
  /** Update only. References are not resolved. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly OldResourceProperties?: Readonly<Record<string, any>>;
}

/** What `onEvent` returns. */
export interface OnEventResponse {
  /**
   * The resource's id. A delete can't change it.
   *
   * @default - create: `defaultPhysicalResourceId` of the context; update and delete: the present one
   */
  readonly PhysicalResourceId?: string | undefined;
  /** Attributes for `Fn::GetAtt`. */
  readonly Data?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether CloudFormation masks the attributes, those of `isComplete` too.
   *
   * @default false
   */
  readonly NoEcho?: boolean | undefined;
  /** Whatever else `isComplete` is to see: JSON, no secrets. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an interface without an index signature fits no other
  readonly [field: string]: any;
}

/** What `isComplete` is called with: the event, and over it what `onEvent` returned, the same in each poll. */
export type IsCompleteRequest = OnEventRequest & OnEventResponse & { readonly PhysicalResourceId: string };

/** What `isComplete` returns. */
export interface IsCompleteResponse {
  /** Whether the operation is finished; else `isComplete` is called again. */
  readonly IsComplete: boolean;
  /**
   * With `IsComplete: true`: the resource's id.
   *
   * @default - that of `onEvent`
   */
  readonly PhysicalResourceId?: string | undefined;
  /** With `IsComplete: true`: attributes besides those of `onEvent`, or in their place. */
  readonly Data?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The functions of a Provider.
 *
 * @typeParam E the event as `onEvent` declares it
 * @typeParam C the event as `isComplete` declares it
 */
export interface OnEventFunctions<E extends object, C extends object> {
  /** Begins to create, update or delete, and is finished with that where there is no `isComplete`. Throwing means FAILED. */
  onEvent(event: E, context: OperationContext): Promise<OnEventResponse | undefined | void>;
  /** Looks whether what `onEvent` began is finished: at once, and then with pauses as after `wait`. */
  isComplete?(event: C, context: OperationContext): Promise<IsCompleteResponse>;
}

/** What `onEvent` returned, for `isComplete`. */
export type OnEventState = { readonly onEvent: { readonly [field: string]: Json } };

/**
 * Makes handlers of functions that were written for CDK's Provider framework, as they are. Their second argument is the context of this library,
 * not Lambda's. `isComplete` runs in the function of `onEvent`.
 *
 * @throws Error when one of them is not a function
 *
 * @example
 * import { customResource, fromOnEvent } from 'cdk-patient-lambda/handler';
 *
 * export const handler = customResource(
 *   fromOnEvent({
 *     onEvent: async (event) => ({ PhysicalResourceId: String(event.ResourceProperties.Name) }),
 *     isComplete: async (event) => ({ IsComplete: (await fetch(`https://${event.PhysicalResourceId}.example.com`)).ok }),
 *   }),
 * );
 */
export function fromOnEvent<E extends object = OnEventRequest, C extends object = IsCompleteRequest>(
  functions: OnEventFunctions<E, C>,
): PollingHandlers<Raw, OnEventState, Record<string, Json>> {
  checkFunctions(functions);

  async function begin(request: AnyRequest<Raw>, context: OperationContext) {
    const event = eventOf(request);
    const returned: unknown = (await functions.onEvent(structuredClone(event) as object as E, context)) ?? {};
    if (!isObject(returned)) {
      const message = `onEvent returned ${kindOf(returned)}; return an object, as { PhysicalResourceId, Data }, or nothing`;
      // It may have made something, to which only the default id leads now
      throw new ResourceFailure(message, { physicalResourceId: context.defaultPhysicalResourceId });
    }
    const begun = changed({ ...event }, withoutUndefined(returned));
    return functions.isComplete ? wait({ onEvent: begun } as OnEventState, { physicalResourceId: idIn(begun), afterSeconds: 0 }) : success(begun);
  }

  return {
    create: begin,
    update: begin,
    delete: begin,
    async poll(request, state, context) {
      if (!functions.isComplete) {
        throw new Error('the operation was begun by code with isComplete, which the function no longer has');
      }
      const { onEvent: begun } = state;
      const event = eventOf(request);
      const PhysicalResourceId = idIn(begun) ?? event.PhysicalResourceId ?? context.defaultPhysicalResourceId;
      const returned: unknown = await functions.isComplete({ ...event, ...begun, PhysicalResourceId } as object as C, context);
      if (!isObject(returned)) {
        throw new Error(`isComplete returned ${kindOf(returned)}; return { IsComplete: true } or { IsComplete: false }`);
      }
      const looked = withoutUndefined(returned);
      if (looked.IsComplete) {
        return success(begun, looked);
      }
      if (Object.keys(looked.Data ?? {}).length > 0) {
        throw new Error('isComplete returned Data without IsComplete: true; attributes are known when the operation is complete');
      }
      return wait(state);
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function checkFunctions({ onEvent, isComplete }: { readonly onEvent: unknown; readonly isComplete?: unknown }): void {
  if (typeof onEvent !== 'function' || (isComplete !== undefined && typeof isComplete !== 'function')) {
    throw new Error(`fromOnEvent() takes functions, { onEvent, isComplete? }; got ${kindOf(onEvent)} and ${kindOf(isComplete)}`);
  }
}

function eventOf(request: AnyRequest<Raw>): OnEventRequest {
  return {
    RequestType: request.requestType,
    RequestId: request.requestId,
    StackId: request.stackId,
    LogicalResourceId: request.logicalResourceId,
    ResourceType: request.resourceType,
    ...(request.physicalResourceId === undefined ? {} : { PhysicalResourceId: request.physicalResourceId }),
    ResourceProperties: request.properties,
    ...(request.requestType === 'Update' ? { OldResourceProperties: request.oldProperties } : {}),
  };
}

/** What the event does not hold already: of a function that returns `{ ...event, Job }`, the event need not cross to the next execution. */
function changed(event: Fields, fields: Fields): Fields {
  const isInEvent = (name: string, value: unknown) => Object.hasOwn(event, name) && canonicalJson(value) === canonicalJson(event[name]);
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !isInEvent(name, value)));
}

/** The framework's functions get what the others return as JSON, which has no such members. */
function withoutUndefined(fields: Fields, parents: readonly unknown[] = []): Fields {
  const inside = [...parents, fields];
  const members = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    members.map(([name, value]) => [name, isPlain(value) && !inside.includes(value) ? withoutUndefined(value, inside) : value]),
  );
}

/** An empty id is none to the framework. */
function idIn({ PhysicalResourceId }: Fields): string | undefined {
  return (PhysicalResourceId as string | null | undefined) || undefined;
}

/** Done, with what onEvent returned and over it what isComplete did. */
function success(begun: Fields, completed: Fields = {}): Done {
  const data = [begun.Data, completed.Data].filter((part) => part !== undefined && part !== null);
  return done({
    physicalResourceId: idIn(completed) ?? idIn(begun),
    // What is not an object is for the runtime to refuse
    data: (data.find((part) => !isObject(part)) ?? (data.length > 0 ? Object.assign({}, ...data) : undefined)) as Record<string, Json>,
    noEcho: (begun.NoEcho || completed.NoEcho) as boolean | undefined,
  });
}
