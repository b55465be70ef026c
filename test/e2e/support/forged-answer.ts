import { creation } from '../../../demo/restore';
import type { Bed } from '../../../local/bed';
import { eventually } from './eventually';

/** Answers CloudFormation in the place of the demo's custom resource, which goes on and answers as well. */
export async function forgeAnswer(bed: Bed, status: 'SUCCESS' | 'FAILED'): Promise<void> {
  const { request } = (await eventually(
    async () => creation(bed),
    (found) => found !== undefined,
  ))!;
  const { StackId, RequestId, LogicalResourceId } = request;
  const answer = { Status: status, Reason: 'forged', PhysicalResourceId: 'forged', StackId, RequestId, LogicalResourceId };
  const { ok } = await fetch(request.ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify(answer)) });
  if (!ok) {
    throw new Error('the bed did not take the forged answer');
  }
}
