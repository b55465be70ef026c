import { customResource, done, wait } from 'cdk-patient-lambda/handler';

/** A resource that exists as soon as its URL answers. */
export const handler = customResource({
  create: async () => wait({ misses: 0 }),
  update: async () => wait({ misses: 0 }),
  delete: async () => done(), // nothing was made, so there is nothing to delete
  async poll({ properties }, { misses }, { signal }) {
    const answers = await fetch(String(properties.Url), { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
    return answers ? done({ data: { Misses: misses } }) : wait({ misses: misses + 1 });
  },
});
