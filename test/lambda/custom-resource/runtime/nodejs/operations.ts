/** Operations as authors run them under test. */
import { customResource, done, type Json, type PollingHandlers, type Raw } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { type OperationReport, runOperation, type RunOptions } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';

export type Handlers = PollingHandlers<Raw, Json, Record<string, Json>>;
export type Event = Parameters<typeof runOperation>[1];

export const CREATE: Event = {
  RequestType: 'Create',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/shop/guid',
  LogicalResourceId: 'Restore',
};
export const UPDATE: Event = { ...CREATE, RequestType: 'Update', PhysicalResourceId: 'own-1' };
export const DELETE: Event = { ...CREATE, RequestType: 'Delete', PhysicalResourceId: 'own-1' };
export const DEFAULT_ID = expect.stringMatching(/^shop-Restore-[0-9a-f]{16}$/) as string;

export const nothing = async () => done();

/** Runs an operation of a handler of which only this counts. */
export function run(handlers: Partial<Handlers>, event: Event = CREATE, options?: RunOptions): Promise<OperationReport> {
  const all: Handlers = { create: nothing, update: nothing, delete: nothing, poll: nothing, ...handlers };
  return runOperation(customResource<Raw, Json, Record<string, Json>>(all), event, options);
}

/** A reason without the lines that say where the log is. */
export function withoutPlace(reason: string | undefined): string | undefined {
  return reason?.replace(/\nrequest id: .*, log group: .*, log stream: .*(\nhttps:.*)?$/, '');
}

export function throws(message: string): () => Promise<never> {
  return async () => {
    throw new Error(message);
  };
}

/** JavaScript knows no types. */
export function returns(result: unknown): () => Promise<never> {
  return async () => result as never;
}
