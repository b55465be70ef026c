/** What the guide says of its sample is so. */
import { runOperation, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from './tenant';
import { tenants } from './tenants';

const NEW_TENANT = { RequestType: 'Create', LogicalResourceId: 'Tenant', ResourceProperties: { Name: 'blue', Seats: '42' } } as const;
const DEFAULT_ID = /^stack-Tenant-[0-9a-f]{16}$/;

let create: jest.SpyInstance;
let remove: jest.SpyInstance;

beforeEach(() => {
  create = jest.spyOn(tenants, 'create').mockResolvedValue({ tenantId: 't-1', job: 'j-1' });
  remove = jest.spyOn(tenants, 'remove').mockResolvedValue();
  jest.spyOn(tenants, 'job').mockResolvedValue({ status: 'READY', url: 'https://blue.example' });
});

test('parse converts, and its error is what CloudFormation shows', async () => {
  expect((await runOperation(handler, NEW_TENANT)).answer).toMatchObject({
    status: 'SUCCESS',
    physicalResourceId: 't-1',
    data: { Url: 'https://blue.example' },
  });
  expect(create).toHaveBeenCalledWith(expect.objectContaining({ name: 'blue', seats: 42, label: expect.stringMatching(DEFAULT_ID) }));

  const wrong = await runOperation(handler, { ...NEW_TENANT, ResourceProperties: { Name: 'blue', Seats: 'many' } });
  expect(wrong.answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 'CdkPatientLambda::CreateFailed',
    reason: expect.stringContaining('Error: Name must be a string and Seats a whole number, got {"Name":"blue","Seats":"many"}'),
  });
});

test('a request that comes twice has one token; the next one another', async () => {
  await runOperation(handler, NEW_TENANT);
  await runOperation(handler, NEW_TENANT);
  await runOperation(handler, { ...NEW_TENANT, RequestId: '22222222-2222-4222-8222-222222222222' });
  const [first, second, third] = create.mock.calls.map(([{ clientToken }]) => clientToken as string);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('an id that wait names crosses at once, and is the id of what fails later', async () => {
  jest.spyOn(tenants, 'job').mockResolvedValue({ status: 'FAILED', url: '', error: 'no capacity' });
  const { answer, executions, payloads } = await runOperation(handler, NEW_TENANT);
  expect(answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 't-1',
    reason: expect.stringContaining('Error: job j-1 failed: no capacity'),
  });
  expect(executions).toBe(2);
  expect(payloads[0]).toContain('"physicalResourceId":"t-1"');
});

test('a Create that never came back has the default id, by which delete finds what it made', async () => {
  jest.spyOn(tenants, 'find').mockResolvedValue('t-1');
  create.mockReturnValue(new Promise(() => undefined));
  const cutOff = await runOperation(handler, NEW_TENANT, { executionTimeoutSeconds: 15, clock: new SimulatedClock(Date.now(), 20) });
  expect(cutOff).toMatchObject({ exited: true, answer: { status: 'FAILED', physicalResourceId: expect.stringMatching(DEFAULT_ID) } });

  await runOperation(handler, { ...NEW_TENANT, RequestType: 'Delete', PhysicalResourceId: cutOff.answer!.physicalResourceId });
  await runOperation(handler, { ...NEW_TENANT, RequestType: 'Delete', PhysicalResourceId: 'stack-Tenant-1PQRS2TUV3WX' });
  expect(remove.mock.calls).toEqual([[cutOff.answer!.physicalResourceId], ['t-1'], ['stack-Tenant-1PQRS2TUV3WX'], ['t-1']]);
  expect(tenants.find).toHaveBeenCalledWith({ label: cutOff.answer!.physicalResourceId });
});

test('an id of the service that only looks as if CloudFormation had made it up is deleted all the same, and so is any other', async () => {
  jest.spyOn(tenants, 'find').mockResolvedValue(undefined);
  for (const PhysicalResourceId of ['stack-Tenant-a1b2c3d4e5', 't-1']) {
    const { answer } = await runOperation(handler, { ...NEW_TENANT, RequestType: 'Delete', PhysicalResourceId });
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: PhysicalResourceId });
  }
  expect(remove.mock.calls).toEqual([['stack-Tenant-a1b2c3d4e5'], ['t-1']]);
  expect(tenants.find).toHaveBeenCalledTimes(1);
});

test('a rollback stops the job, and CloudFormation is told nothing', async () => {
  const stop = jest.spyOn(tenants, 'stop').mockResolvedValue();
  jest.spyOn(tenants, 'job').mockResolvedValue({ status: 'RUNNING', url: '' });
  let reads = 0;

  const { answer } = await runOperation(handler, NEW_TENANT, {
    stackStatus: () => (++reads > 10 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS'),
  });

  expect(answer).toBeUndefined();
  expect(stop).toHaveBeenCalledWith('j-1');
});
