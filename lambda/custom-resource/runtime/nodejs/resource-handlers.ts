import type { Json } from '../../../json';
import type { CoreHandlers, MakingHandlers, PollingHandlers, Raw } from './types';

/** A type that is inferred from what is given alone, not from what the result is used for. */
export type Given<T> = [T][T extends unknown ? 0 : never];

/**
 * The functions of one type of resource, as they are, for `customResource` or for a map of several types: TypeScript infers their types from each
 * other, which it can't for the entries of a map. Where `delete` never waits, `poll` sees no Delete, and its `properties` are what `parse` made of them.
 *
 * @typeParam P properties, as `parse` makes them of the raw ones
 * @typeParam S what `wait` hands to `poll`, which is then required; of several shapes it has to be given
 * @typeParam A the attributes of `done`
 *
 * @example
 * import { customResource, done, resourceHandlers, wait } from 'cdk-patient-lambda/handler';
 *
 * const jobs = 'https://jobs.example.com';
 *
 * export const handler = customResource({
 *   'Custom::Job': resourceHandlers({
 *     parse: ({ Name }) => ({ name: String(Name) }),
 *     create: async ({ properties }) => {
 *       await fetch(`${jobs}/${properties.name}`, { method: 'PUT' });
 *       return wait({ looks: 0 }, { physicalResourceId: properties.name });
 *     },
 *     update: async () => done(),
 *     delete: async () => done(),
 *     poll: async ({ properties }, { looks }) => {
 *       const { ok } = await fetch(`${jobs}/${properties.name}/result`);
 *       return ok ? done({ data: { Looks: looks } }) : wait({ looks: looks + 1 });
 *     },
 *   }),
 *   'Custom::Note': resourceHandlers({
 *     create: async ({ properties }) => done({ data: { Text: String(properties.Text) } }),
 *     update: async ({ properties }) => done({ data: { Text: String(properties.Text) } }),
 *     delete: async () => done(),
 *   }),
 * });
 */
export function resourceHandlers<P = Raw, S extends never = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: CoreHandlers<P, S, A> & { readonly poll?: undefined },
): CoreHandlers<Given<P>, S, A> & { readonly poll?: undefined };
export function resourceHandlers<P = Raw, S extends Json = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: MakingHandlers<P, S, A>,
): PollingHandlers<Given<P>, S, A>;
export function resourceHandlers<P = Raw, S extends Json = never, A extends Record<string, Json> = Record<never, Json>>(
  handlers: PollingHandlers<P, S, A>,
): PollingHandlers<Given<P>, S, A>;
export function resourceHandlers(handlers: unknown): unknown {
  return handlers;
}
