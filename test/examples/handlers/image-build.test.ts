/** Answers have the members of botocore's model of CodeBuild, 2016-10-06, and of its example of BatchGetBuilds. */
import { runOperation, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../examples/handlers/image-build/handler';
import { AwsService, json } from './aws-service';

const ID = 'shop:9b0ac37f-d19e-4254-9079-f47e9a389e00';
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const LOG = 'https://console.aws.amazon.com/cloudwatch/home?region=us-east-1#logEvent:group=/aws/codebuild/shop;stream=9b0ac37f';
const NEW_IMAGE = { RequestType: 'Create', ResourceProperties: { Project: 'shop', Tag: 'v1' } } as const;

/** Patience for a busy machine: requests go through the loopback interface. */
const options = () => ({ clock: new SimulatedClock(Date.now(), 30_000) });

const build = (buildStatus: string, more: object = {}) => ({
  id: ID,
  arn: `arn:aws:codebuild:us-east-1:111122223333:build/${ID}`,
  buildStatus,
  buildComplete: buildStatus !== 'IN_PROGRESS',
  projectName: 'shop',
  startTime: 1479832341.854,
  phases: [{ phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED', startTime: 1479832341.854, endTime: 1479832342.23, durationInSeconds: 0 }],
  logs: { groupName: '/aws/codebuild/shop', streamName: '9b0ac37f', deepLink: LOG },
  exportedEnvironmentVariables: [],
  ...more,
});
const BUILT = build('SUCCEEDED', { exportedEnvironmentVariables: [{ name: 'IMAGE_DIGEST', value: DIGEST }] });

let aws: AwsService;
/** What the next polls see; the last one stays. */
let builds: object[];

beforeAll(async () => {
  aws = await AwsService.open();
});
beforeEach(() => {
  builds = [BUILT];
  aws.requests = [];
  aws.actions = {
    StartBuild: () => json({ build: build('IN_PROGRESS') }),
    BatchGetBuilds: () => json({ builds: [builds.length > 1 ? builds.shift() : builds[0]], buildsNotFound: [] }),
    StopBuild: () => json({ build: build('STOPPED') }),
  };
});
afterAll(() => aws.close());

test('the image is there when its build has succeeded, though that takes longer than an execution', async () => {
  builds = [...Array.from({ length: 120 }, () => build('IN_PROGRESS')), BUILT];

  const { answer, executions } = await runOperation(handler, NEW_IMAGE, options());

  expect(answer).toMatchObject({ status: 'SUCCESS', data: { Digest: DIGEST } });
  expect(executions).toBe(2);
  expect(aws.inputs('BatchGetBuilds')).toHaveLength(121);
  expect(aws.inputs('StartBuild')).toEqual([
    {
      projectName: 'shop',
      idempotencyToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      environmentVariablesOverride: [{ name: 'IMAGE_TAG', value: 'v1', type: 'PLAINTEXT' }],
    },
  ]);
});

test('a request that comes twice starts one build: it has the same token', async () => {
  await runOperation(handler, NEW_IMAGE, options());
  await runOperation(handler, NEW_IMAGE, options());
  const [first, second] = aws.inputs('StartBuild').map(({ idempotencyToken }) => idempotencyToken as string);
  expect(second).toBe(first);
});

test('a build that fails says in which phase, why, and where its log is', async () => {
  const contexts = [
    { statusCode: 'COMMAND_EXECUTION_ERROR', message: 'Error while executing command: docker build -t shop . Reason: exit status 1' },
  ];
  const phases = [
    { phaseType: 'INSTALL', phaseStatus: 'SUCCEEDED', contexts: [{ statusCode: '', message: '' }] },
    { phaseType: 'BUILD', phaseStatus: 'FAILED', contexts },
    { phaseType: 'COMPLETED' },
  ];
  builds = [build('IN_PROGRESS'), build('FAILED', { phases })];

  const { answer } = await runOperation(handler, NEW_IMAGE, options());

  expect(answer!.status).toBe('FAILED');
  expect(answer!.reason).toContain(
    `Error: the build ${ID} is FAILED; BUILD: COMMAND_EXECUTION_ERROR: Error while executing command: docker build -t shop . Reason: exit status 1; log: ${LOG}`,
  );
});

test.each(['FAULT', 'TIMED_OUT', 'STOPPED'])('a build that is %s fails', async (status) => {
  builds = [build(status, { logs: {} })];
  const { answer } = await runOperation(handler, NEW_IMAGE, options());
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining(`the build ${ID} is ${status}\nrequest id: `) });
});

test('a build without a digest, and one that was deleted, fail with what to do', async () => {
  builds = [build('SUCCEEDED')];
  expect((await runOperation(handler, NEW_IMAGE, options())).answer!.reason).toMatch(/exported no IMAGE_DIGEST: name it in env.exported-variables/);
  aws.actions.BatchGetBuilds = () => json({ builds: [], buildsNotFound: [ID] });
  expect((await runOperation(handler, NEW_IMAGE, options())).answer!.reason).toMatch(/CodeBuild no longer knows the build/);
});

test('an update builds again, and its rollback once more, under the same id', async () => {
  const before = (await runOperation(handler, NEW_IMAGE, options())).answer!.physicalResourceId;
  const update = { RequestType: 'Update', PhysicalResourceId: before, OldResourceProperties: { Project: 'shop', Tag: 'v1' } } as const;
  const updated = await runOperation(handler, { ...update, ResourceProperties: { Project: 'shop', Tag: 'v2' }, RequestId: 'second' }, options());
  const back = await runOperation(handler, { ...update, ResourceProperties: { Project: 'shop', Tag: 'v1' }, RequestId: 'third' }, options());

  for (const { answer } of [updated, back]) {
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: before, data: { Digest: DIGEST } });
  }
  const started = aws.inputs('StartBuild');
  expect(started.map(({ environmentVariablesOverride: [{ value }] }) => value)).toEqual(['v1', 'v2', 'v1']);
  expect(new Set(started.map(({ idempotencyToken }) => idempotencyToken)).size).toBe(3);
});

test('a delete, twice, asks CodeBuild for nothing', async () => {
  for (const RequestType of ['Delete', 'Delete'] as const) {
    expect((await runOperation(handler, { ...NEW_IMAGE, RequestType }, options())).answer).toMatchObject({ status: 'SUCCESS' });
  }
  expect(aws.requests).toEqual([]);
});

test('out of time, the build is stopped', async () => {
  builds = [build('IN_PROGRESS')];
  const ResourceProperties = { ...NEW_IMAGE.ResourceProperties, ServiceTimeout: '300' };
  const { answer } = await runOperation(handler, { ...NEW_IMAGE, ResourceProperties }, options());
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('timed out') });
  expect(aws.inputs('StopBuild')).toEqual([{ id: ID }]);
});

test('when the stack rolls back, the build is stopped and CloudFormation is told nothing', async () => {
  builds = [build('IN_PROGRESS')];
  let reads = 0;
  const stackStatus = () => (++reads > 5 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
  const { answer } = await runOperation(handler, NEW_IMAGE, { ...options(), stackStatus });
  expect(answer).toBeUndefined();
  expect(aws.inputs('StopBuild')).toEqual([{ id: ID }]);
});

test('throttling while the build runs is no failure; a permission that spreads late is waited for', async () => {
  let asked = 0;
  const answerBuilds = aws.actions.BatchGetBuilds;
  aws.actions.BatchGetBuilds = (input) =>
    ++asked % 4 === 0 ? answerBuilds(input) : json({ __type: 'ThrottlingException', message: 'Rate exceeded' }, 400);
  let started = 0;
  const start = aws.actions.StartBuild;
  aws.actions.StartBuild = (input) =>
    ++started > 2 ? start(input) : json({ __type: 'AccessDeniedException', message: 'is not authorized to perform: codebuild:StartBuild' }, 400);

  expect((await runOperation(handler, NEW_IMAGE, options())).answer).toMatchObject({ status: 'SUCCESS', data: { Digest: DIGEST } });
  expect(started).toBe(3);
});

test('properties that are missing are named, and nothing is started', async () => {
  const { answer } = await runOperation(handler, { ...NEW_IMAGE, ResourceProperties: { Project: 'shop' } }, options());
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Project and Tag must be strings, got {"Project":"shop"}') });
  expect(aws.requests).toEqual([]);
});
