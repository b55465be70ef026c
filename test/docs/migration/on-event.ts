/** The guide to migration: a handler as CDK's Provider takes it. */
import { tenants } from './tenants';

interface Request {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, string>>;
}

export async function onEvent(event: Request) {
  switch (event.RequestType) {
    case 'Create': {
      const { tenantId, job } = await tenants.create({ name: event.ResourceProperties.Name, seats: Number(event.ResourceProperties.Seats) });
      return { PhysicalResourceId: tenantId, Job: job };
    }
    case 'Update':
      return { Job: (await tenants.resize(event.PhysicalResourceId!, Number(event.ResourceProperties.Seats))).job };
    case 'Delete':
      await tenants.remove(event.PhysicalResourceId!);
      return {};
  }
}

export async function isComplete(event: Request & { Job?: string }) {
  if (event.RequestType === 'Delete') {
    return { IsComplete: true };
  }
  const { status, url } = await tenants.job(event.Job!);
  if (status === 'FAILED') {
    throw new Error(`job ${event.Job} failed`);
  }
  return status === 'READY' ? { IsComplete: true, Data: { Url: url } } : { IsComplete: false };
}
