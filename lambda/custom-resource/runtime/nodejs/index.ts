/** Custom resources that may take an hour, and always answer: `cdk-patient-lambda/handler`. */
import { systemClock } from '../../../clock';
import type { Json } from '../../../json';
import { awsCalls } from './operation/aws';
import { execute } from './operation/execution';
import { captureUncaught, exitOnUncaught } from './operation/uncaught';
import { checkDefinition } from './protocol/definition';
import type { AnyHandlers, CoreHandlers, Definition, MakingHandlers, PollingHandlers, Raw } from './types';

export type { Json } from '../../../json';
export {
  fromOnEvent,
  type IsCompleteRequest,
  type IsCompleteResponse,
  type OnEventFunctions,
  type OnEventRequest,
  type OnEventResponse,
  type OnEventState,
} from './from-on-event';
export type { PhysicalNameOptions } from './protocol/names';
export { type Done, done, type DoneOptions, ResourceFailure, type Wait, wait, type WaitOptions } from './protocol/results';
export { type Given, resourceHandlers } from './resource-handlers';
export type {
  AnyHandlers,
  AnyRequest,
  CoreHandlers,
  Definition,
  Logger,
  MakingHandlers,
  OperationContext,
  PollingHandlers,
  Raw,
  RequestType,
  ResourceHandlers,
  ResourceRequest,
  Result,
  StackStatus,
} from './types';

/** What of Lambda's context the runtime uses. */
export interface LambdaContext {
  readonly invokedFunctionArn: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/** What a function exports as its handler. */
export interface CustomResourceHandler {
  (event: unknown, context: LambdaContext): Promise<void>;
  /** What it was made of, for `runOperation` of `cdk-patient-lambda/handler/testing`. */
  readonly definition: Definition;
}

/**
 * Makes the handler of a custom resource's function out of what creates, updates, deletes and polls one type of resource,
 * or out of several such objects by the names of their types. The types are inferred, or given:
 *
 * @typeParam P properties, as `parse` makes them of the raw ones
 * @typeParam S what `wait` hands to `poll`, which is then required; of several shapes it has to be given
 * @typeParam A the attributes of `done`
 * @throws Error when one of them has no create, update or delete
 *
 * @example
 * import { customResource, done, wait } from 'cdk-patient-lambda/handler';
 *
 * const indexes = 'https://search.example.com/indexes';
 *
 * // An index of a search service, which takes up to half an hour to build
 * export const handler = customResource({
 *   create: async ({ properties }, { idempotencyToken }) => {
 *     const name = String(properties.Name);
 *     await fetch(`${indexes}/${name}`, { method: 'PUT', headers: { 'Idempotency-Key': idempotencyToken } });
 *     return wait({ since: Date.now() }, { physicalResourceId: name });
 *   },
 *   update: async () => done(),
 *   delete: async ({ physicalResourceId }) => {
 *     await fetch(`${indexes}/${physicalResourceId}`, { method: 'DELETE' });
 *     return done();
 *   },
 *   poll: async ({ physicalResourceId }, { since }, { log }) => {
 *     const { ok } = await fetch(`${indexes}/${physicalResourceId}`);
 *     log.info('looked at the index', { ok, since });
 *     return ok ? done({ data: { Endpoint: `https://${physicalResourceId}.search.example.com` } }) : wait({ since });
 *   },
 * });
 */
export function customResource(
  handlersByType: Readonly<Record<`${string}::${string}`, AnyHandlers>> & { readonly create?: undefined },
): CustomResourceHandler;
export function customResource<P = Raw, S extends never = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: CoreHandlers<P, S, A> & { readonly poll?: undefined },
): CustomResourceHandler;
export function customResource<P = Raw, S extends Json = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: MakingHandlers<P, S, A>,
): CustomResourceHandler;
export function customResource<P = Raw, S extends Json = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: PollingHandlers<P, S, A>,
): CustomResourceHandler;
export function customResource(handlers: unknown): CustomResourceHandler {
  const definition = handlers as Definition;
  checkDefinition(definition);
  const aws = awsCalls();
  const handler = (event: unknown, context: LambdaContext) =>
    execute(
      definition,
      {
        event,
        functionArn: context.invokedFunctionArn,
        endsAt: Date.now() + context.getRemainingTimeInMillis(),
        logGroup: context.logGroupName,
        logStream: context.logStreamName,
      },
      {
        clock: systemClock,
        fetch,
        aws,
        environment: process.env,
        write: (line) => process.stdout.write(line),
        exit: (code) => process.exit(code),
        catchUncaught: (caught) => captureUncaught(caught) ?? exitOnUncaught(),
      },
    );
  return Object.assign(handler, { definition });
}
