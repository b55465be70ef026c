/** The guide to migration: the same handler here. */
import { customResource, done, wait } from 'cdk-patient-lambda/handler';

import { tenants } from './tenants';

export const handler = customResource({
  async create({ properties }, { idempotencyToken }) {
    const { tenantId, job } = await tenants.create({
      name: String(properties.Name),
      seats: Number(properties.Seats),
      clientToken: idempotencyToken,
    });
    return wait({ job }, { physicalResourceId: tenantId });
  },
  async update({ properties, physicalResourceId }) {
    return wait({ job: (await tenants.resize(physicalResourceId, Number(properties.Seats))).job });
  },
  async delete({ physicalResourceId }) {
    await tenants.remove(physicalResourceId);
    return done();
  },
  async poll(_request, { job }) {
    const { status, url } = await tenants.job(job);
    if (status === 'FAILED') {
      throw new Error(`job ${job} failed`);
    }
    return status === 'READY' ? done({ data: { Url: url } }) : wait({ job });
  },
});
