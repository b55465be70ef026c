/** Proves by digests that it saw secrets, and tries to give them away where the runtime can know it. */
import { createHash } from 'node:crypto';

import { type AnyRequest, customResource, done, type OperationContext, wait } from 'cdk-patient-lambda/handler';

import { note } from './calls';

const sha256 = (text: unknown) => createHash('sha256').update(String(text)).digest('hex');

/** What the tests compare with what they put into the secret. */
function digests({ ByCdk, Whole, Several, Deep, Pinned }: Record<string, any>): Record<string, string> {
  return { ByCdk: sha256(ByCdk), Whole: sha256(Whole), Several: sha256(Several), Deep: sha256(Deep.List[0]), Pinned: sha256(Pinned) };
}

/** The request without its properties, which hold secrets. */
function seen(call: string, { properties, ...request }: AnyRequest<any>, context: OperationContext): Promise<void> {
  const old = request.requestType === 'Update' ? { old: request.oldProperties } : {};
  return note(call, { ...request, oldProperties: undefined, properties: digests(properties) }, context, old);
}

export const handler = customResource<any, { mark: string; until: number }>({
  async create(request, context) {
    if (request.properties.Phase === 'crash') {
      return done({ physicalResourceId: 'crashing' });
    }
    await seen('create', request, context);
    console.log(`the canary is ${request.properties.Canary}`);
    return wait({ mark: 'state-of-the-secrets-test', until: Date.now() + 14_000 }, { physicalResourceId: 'vaulted', afterSeconds: 1 });
  },
  async update(request, context) {
    await seen('update', request, context);
    const { ByCdk, Several, Phase } = request.properties;
    if (Phase === 'leak') {
      context.log.error(`in a line: ${Several}`, { inFields: ByCdk, error: new Error(`in an error: ${ByCdk}`) });
      throw new Error(`could not connect to ${Several}`);
    }
    return done({ data: { Digest: sha256(ByCdk) } });
  },
  async delete(request, context) {
    if (request.properties.Phase === 'crash') {
      const { ByCdk } = (await context.resolve(request.properties)) as Record<string, string>;
      process.exit(sha256(ByCdk).length);
    }
    const resolved = await context.resolve(request.properties).then(
      () => 'resolved',
      (error: Error) => error.message,
    );
    await note('delete', request, context, { resolved });
    return done();
  },
  async poll(request, { until, mark }, context) {
    await seen('poll', request, context);
    // In the execution after this one too, however late this one started
    return Date.now() < until || context.hop < 2
      ? wait({ until, mark }, { afterSeconds: 1 })
      : done({ data: { Digest: sha256(request.properties.ByCdk) } });
  },
});
