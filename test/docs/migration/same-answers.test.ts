/** The handlers of the migration guide come to the same: as CDK's Provider calls it, wrapped, rewritten. */
import { runOperation } from 'cdk-patient-lambda/handler/testing';

import { isComplete, onEvent } from './on-event';
import { handler as rewritten } from './tenant';
import { tenants } from './tenants';
import { handler as wrapped } from './wrapped';

const properties = { Name: 'blue', Seats: '42' };
const PRESENT = { Create: {}, Update: { PhysicalResourceId: 't-1' }, Delete: { PhysicalResourceId: 't-1' } };

beforeEach(() => {
  jest.spyOn(tenants, 'create').mockResolvedValue({ tenantId: 't-1', job: 'j-1' });
  jest.spyOn(tenants, 'resize').mockResolvedValue({ job: 'j-2' });
  jest.spyOn(tenants, 'remove').mockResolvedValue();
});

const CASES = (['Create', 'Update', 'Delete'] as const).flatMap((type) => [
  { type, form: 'wrapped', handler: wrapped } as const,
  { type, form: 'rewritten', handler: rewritten } as const,
]);

test.each(CASES)('$type, $form', async ({ type: RequestType, handler }) => {
  const polls = ['RUNNING', 'READY', 'RUNNING', 'READY'] as const;
  let poll = 0;
  jest.spyOn(tenants, 'job').mockImplementation(async () => ({ status: polls[poll++], url: 'https://blue.example' }));

  const event = { RequestType, ResourceProperties: properties, ...PRESENT[RequestType] };
  const begun = { ...event, ...(await onEvent(event)) };
  let old = await isComplete(begun);
  while (!old.IsComplete) {
    old = await isComplete(begun);
  }
  const { answer } = await runOperation(handler, event);

  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: (begun as { PhysicalResourceId?: string }).PhysicalResourceId });
  expect(answer!.data).toEqual('Data' in old ? old.Data : undefined);
  expect(poll).toBe(RequestType === 'Delete' ? 0 : 4);
});
