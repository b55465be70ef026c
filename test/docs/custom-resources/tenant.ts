import { customResource, done, type Raw, wait } from 'cdk-patient-lambda/handler';

import { tenants } from './tenants';

export const handler = customResource({
  parse({ Name, Seats }: Raw) {
    const seats = Number(Seats); // CloudFormation sends numbers and booleans as strings
    if (typeof Name !== 'string' || !Number.isInteger(seats)) {
      throw new Error(`Name must be a string and Seats a whole number, got ${JSON.stringify({ Name, Seats })}`);
    }
    return { name: Name, seats };
  },

  async create({ properties }, { idempotencyToken, defaultPhysicalResourceId }) {
    const { tenantId, job } = await tenants.create({
      ...properties,
      clientToken: idempotencyToken, // the same request, delivered twice, makes one tenant
      label: defaultPhysicalResourceId, // by which `delete` finds it when its id was never told
    });
    return wait({ job }, { physicalResourceId: tenantId });
  },

  async update({ properties, physicalResourceId }) {
    const { job } = await tenants.resize(physicalResourceId, properties.seats);
    return wait({ job });
  },

  async delete({ physicalResourceId, maybeOrphan }, { defaultPhysicalResourceId }) {
    await tenants.remove(physicalResourceId); // succeeds for a tenant that is gone, or never was
    if (maybeOrphan || physicalResourceId === defaultPhysicalResourceId) {
      const untold = await tenants.find({ label: defaultPhysicalResourceId }); // of a create that was cut off or cancelled
      await (untold && tenants.remove(untold));
    }
    return done();
  },

  async poll(_request, { job }, { signal }) {
    const { status, url, error } = await tenants.job(job, { signal });
    if (status === 'FAILED') {
      throw new Error(`job ${job} failed: ${error}`);
    }
    return status === 'READY' ? done({ data: { Url: url } }) : wait({ job });
  },

  // Nobody waits for the job any more: stop it. What it made is for `delete`
  async onTimeout(_request, state) {
    await (state && tenants.stop(state.job));
  },
  async onCancel(_request, state) {
    await (state && tenants.stop(state.job));
  },
});
