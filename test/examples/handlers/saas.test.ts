import { type CloudFormationRequest, runOperation, type RunOptions, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../examples/handlers/saas/handler';
import { WorkspaceService } from './workspace-service';

const KEY = 'key-5f1c0a9e7d';
const DEFAULT_ID = /^stack-Workspace-[0-9a-f]{16}$/;
const PROPERTIES = { Name: 'reports', Region: 'eu', Plan: 'team', ApiKey: '{{resolve:secretsmanager:api-key:SecretString:apiKey}}' };

let service: WorkspaceService;

beforeEach(async () => {
  service = await WorkspaceService.open(KEY);
  process.env.API_URL = service.url;
});
afterEach(() => service.close());

const run = (request: Partial<CloudFormationRequest> & Pick<CloudFormationRequest, 'RequestType'>, options: RunOptions = {}) =>
  runOperation(
    handler,
    { LogicalResourceId: 'Workspace', ResourceProperties: PROPERTIES, ...request },
    // Patience for a busy machine: requests go through the loopback interface
    { secrets: { 'api-key': { apiKey: KEY } }, clock: new SimulatedClock(Date.now(), 30_000), ...options },
  );

const create = (options?: RunOptions) => run({ RequestType: 'Create' }, options);
const update = (from: string, more: object, options?: RunOptions) =>
  run(
    {
      RequestType: 'Update',
      RequestId: 'update',
      PhysicalResourceId: from,
      ResourceProperties: { ...PROPERTIES, ...more },
      OldResourceProperties: PROPERTIES,
    },
    options,
  );
const remove = (id: string, options?: RunOptions) => run({ RequestType: 'Delete', PhysicalResourceId: id }, options);
const regions = () => Object.fromEntries([...service.workspaces.values()].map(({ id, region }) => [id, region]));

test('a workspace is there when the service says so, though that takes longer than an execution; its key crosses nowhere', async () => {
  service.looks = 120;
  const { answer, executions, payloads } = await create();
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1', data: { Url: 'https://ws_1.service.example' } });
  expect(executions).toBe(3); // one ended by naming the id
  expect(payloads[0]).toContain('"physicalResourceId":"ws_1"');
  expect(payloads.join()).not.toContain(KEY);
  expect([...service.workspaces.values()]).toMatchObject([{ name: 'reports', region: 'eu', plan: 'team', label: expect.stringMatching(DEFAULT_ID) }]);
});

test('a request that comes twice makes one workspace', async () => {
  await create();
  const { answer } = await create();
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1' });
  expect([...service.workspaces.keys()]).toEqual(['ws_1']);
});

test.each([
  ['in seconds', () => '40'],
  ['as a date', () => new Date(Date.now() + 41_000).toUTCString()],
])('what was throttled is repeated when the service asks for it, %s', async (_, retryAfter) => {
  let posts = 0;
  service.fault = (request) => (request.startsWith('POST') && ++posts <= 10 ? { status: 429, headers: { 'retry-after': retryAfter() } } : undefined);
  const clock = new SimulatedClock(Date.now(), 30_000);
  const start = clock.now();
  expect((await create({ clock })).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1' });
  expect(posts).toBe(11); // more than five errors in a row: none of them counted
  expect(clock.now() - start).toBeGreaterThanOrEqual(380_000);
});

test('a service that is down is asked again, and after five times it is a failure', async () => {
  let calls = 0;
  service.fault = () => (++calls <= 4 ? { status: 503, body: 'down' } : undefined);
  expect((await create()).answer).toMatchObject({ status: 'SUCCESS' });

  service.fault = () => ({ status: 503, body: 'down' });
  const { answer } = await create();
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('POST /workspaces answered 503: down') });
});

test('what the service refuses is the reason, without the key that it repeats', async () => {
  const { answer } = await create({ secrets: { 'api-key': { apiKey: 'wrong-key-1234' } } });
  expect(answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 'CdkPatientLambda::CreateFailed', // of which a Delete asks the service nothing
    reason: expect.stringContaining('answered 401: {"error":"Bearer **** is not allowed"}'),
  });
});

test('an answer that is not JSON fails, and shows it', async () => {
  service.fault = (request) => (request.startsWith('POST') ? { status: 200, body: '<html>Sign in</html>' } : undefined);
  expect((await create()).answer!.reason).toContain('POST /workspaces answered 200, but not JSON: <html>Sign in</html>');
});

test('a workspace that can not be provisioned fails with its reason, and its Delete removes it', async () => {
  service.fault = (request) => {
    if (request.startsWith('GET /workspaces/ws_1')) {
      Object.assign(service.workspaces.get('ws_1')!, { status: 'failed', error: 'no capacity in eu' });
    }
    return undefined;
  };
  const { answer } = await create();
  expect(answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 'ws_1',
    reason: expect.stringContaining('the workspace ws_1 is failed: no capacity in eu'),
  });
  service.fault = () => undefined;
  await remove('ws_1');
  expect(service.workspaces.size).toBe(0);
});

test('plan and name change in place', async () => {
  await create();
  const { answer } = await update('ws_1', { Plan: 'enterprise', Name: 'figures' });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1', data: { Url: 'https://ws_1.service.example' } });
  expect(service.workspaces.get('ws_1')).toMatchObject({ plan: 'enterprise', name: 'figures' });
});

test('another region is another workspace, whose rollback keeps the first', async () => {
  await create();
  expect((await update('ws_1', { Region: 'us' })).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_2' });
  expect(regions()).toEqual({ ws_1: 'eu', ws_2: 'us' });

  // Another resource of the deployment failed: the same update the other way round, from the replacement, then a Delete of that
  const back = await run({
    RequestType: 'Update',
    RequestId: 'rollback',
    PhysicalResourceId: 'ws_2',
    OldResourceProperties: { ...PROPERTIES, Region: 'us' },
  });
  expect(back.answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1' });
  await remove('ws_2');
  expect(regions()).toEqual({ ws_1: 'eu' });
});

test('a replacement that fails is removed by the update, and the rollback finds the first as it was', async () => {
  await create();
  service.fault = (request) => {
    if (request === 'GET /workspaces/ws_2') {
      Object.assign(service.workspaces.get('ws_2')!, { status: 'failed', error: 'no capacity in us' });
    }
    return undefined;
  };
  const { answer } = await update('ws_1', { Region: 'us' });
  expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'ws_1', reason: expect.stringContaining('no capacity in us') });
  expect(service.requests).toContain('DELETE /workspaces/ws_2');
  expect(service.requests).not.toContain('DELETE /workspaces/ws_1');

  expect((await update('ws_1', {})).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_1', data: { Url: expect.any(String) } });
});

test('a rollback that fails leaves the first workspace alone', async () => {
  await create();
  await update('ws_1', { Region: 'us' });
  service.fault = (request) => {
    if (request === 'GET /workspaces/ws_1') {
      Object.assign(service.workspaces.get('ws_1')!, { status: 'failed', error: 'suspended' });
    }
    return undefined;
  };
  expect((await update('ws_2', {})).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('ws_1 is failed: suspended') });
  expect(service.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
});

test.each([
  ['out of time', { ServiceTimeout: '300' }, {}],
  ['cancelled', {}, { stackStatus: statusesThatTurnBack() }],
])('a replacement that is %s is removed', async (_, properties, options) => {
  await create();
  service.looks = Infinity;
  const { answer } = await update('ws_1', { Region: 'us', ...properties }, options);
  expect(answer?.status).toBe('stackStatus' in options ? undefined : 'FAILED');
  expect(service.requests.filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE /workspaces/ws_2']);
});

test('a workspace that somebody removed is made again by the next update', async () => {
  await create();
  service.workspaces.clear();
  expect((await update('ws_1', { Plan: 'enterprise' })).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'ws_2' });
});

test('a delete waits until the workspace is gone; a second one, and one of a workspace that never was, succeed', async () => {
  await create();
  service.looks = 5;
  for (const id of ['ws_1', 'ws_1', 'ws_7']) {
    expect((await remove(id)).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: id });
  }
  expect(service.workspaces.size).toBe(0);
});

test.each(['default', 'stack-Workspace-1PQRS2TUV3WX'])('a Create that could not tell its id is found by its label: %s', async (id) => {
  await create();
  const { label } = service.workspaces.get('ws_1')!;
  const { answer } = await remove(id === 'default' ? label : id);
  expect(answer).toMatchObject({ status: 'SUCCESS' });
  expect(service.workspaces.size).toBe(0);
});

test('without its key a delete fails instead of leaving the workspace behind, and so does a function without API_URL', async () => {
  await create();
  expect((await remove('ws_1', { secrets: {} })).answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining("'api-key'") });
  expect(service.workspaces.size).toBe(1);
  delete process.env.API_URL;
  expect((await remove('ws_1')).answer!.reason).toContain('the environment variable API_URL is not set');
});

test('a property that is missing is named, without the value of any', async () => {
  const { answer } = await run({ RequestType: 'Create', ResourceProperties: { ...PROPERTIES, Plan: '' } });
  expect(answer!.reason).toContain('Plan must be a string that is not empty');
});

function statusesThatTurnBack() {
  let reads = 0;
  return () => (++reads > 5 ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
}
