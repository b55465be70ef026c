import { createFailedId, reasonVectors, responseBytes, urlVectors } from '../../../../lambda/contract/cloudformation/answer.json';
import { allowedPattern } from '../../../../lambda/contract/maintenance-window/window.json';
import { serve } from '../../../../lambda/maintenance-window/planner/planner';
import { Deployment, NAME, OTHER, STACK_ID } from './deployment';

const DENIED = { status: 400, type: 'AccessDeniedException', message: 'is not authorized to perform: ssm:PutParameter' };
const THROTTLED = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' };

let deployment: Deployment;

beforeEach(async () => {
  deployment = await Deployment.start();
});

afterEach(() => deployment.stop());

describe('Create', () => {
  test('makes a plain String parameter that says auto and refuses what is no window', async () => {
    expect(await deployment.plan()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: NAME,
      StackId: STACK_ID,
      RequestId: 'request-1',
      LogicalResourceId: 'Window',
    });
    expect(deployment.store.parameters.get(NAME)).toEqual({
      Name: NAME,
      Value: 'auto',
      Type: 'String',
      Tier: 'Standard',
      AllowedPattern: allowedPattern.operator,
      Description: expect.stringContaining('operator'),
      Overwrite: false,
    });
  });

  test('keeps the value of a parameter that exists, so that a second delivery ends no hold', async () => {
    deployment.given(NAME, 'on # upgrade');
    expect(await deployment.plan()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('fails on a parameter whose value is none of a window, names it, and has its Delete leave it alone', async () => {
    deployment.given(NAME, 'true');
    const answer = await deployment.plan();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toContain(`${NAME} exists already`);
    expect(answer.Reason).toContain("'true'");

    expect(await deployment.plan({ RequestType: 'Delete', PhysicalResourceId: answer.PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('true');
  });

  test('waits while a new role is not known everywhere', async () => {
    deployment.store.faults = [DENIED, DENIED, THROTTLED];
    expect(await deployment.plan()).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('auto');
  });

  test('fails with the real reason when the role stays refused', async () => {
    deployment.store.always = { '*': DENIED };
    const answer = await deployment.plan();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toBe('AccessDeniedException: is not authorized to perform: ssm:PutParameter');
  });

  test('fails at once on a refusal that no repetition changes', async () => {
    deployment.store.always = { '*': { status: 400, type: 'ParameterLimitExceeded', message: '10000 parameters' } };
    expect((await deployment.plan()).Reason).toBe('ParameterLimitExceeded: 10000 parameters');
    expect(deployment.store.calls).toHaveLength(1);
  });

  test('takes its own parameter for its own when the first answer was lost', async () => {
    deployment.store.faults = ['lost-answer'];
    expect(await deployment.plan()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.store.calls.slice(0, 2)).toEqual([`PutParameter ${NAME}`, `PutParameter ${NAME}`]);
    expect(deployment.claims(NAME)).toHaveLength(1);
  });

  test('never hangs: it fails in time, and names the parameter that may have been made so that Delete removes it', async () => {
    deployment.store.always = { '*': 'silence' };
    const answer = await deployment.plan({}, 30_200);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
    expect(answer.Reason).toContain('did not serve this within 0.2 s');
  });

  test.each([undefined, '', '/elsewhere/operator', 7])('refuses the parameter name %p', async (OperatorParameterName) => {
    const answer = await deployment.plan({ ResourceProperties: { OperatorParameterName } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toContain('OperatorParameterName must begin with /cdk-patient-lambda/windows/');
    expect(deployment.store.calls).toEqual([]);
  });
});

describe('tags', () => {
  const TAGS = [{ Key: 'team', Value: 'orders' }];
  const tagged = { OperatorParameterName: NAME, Tags: TAGS };

  test('of the window are on its parameter from the start, once however often the request is delivered', async () => {
    await deployment.plan({ ResourceProperties: tagged });
    expect(await deployment.plan({ ResourceProperties: tagged })).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.tags.get(NAME)).toMatchObject({ team: 'orders' });
  });

  test('are added by an update, beside those that people gave it, and leave the value alone', async () => {
    deployment.given(NAME, 'on # upgrade');
    deployment.store.tags.set(NAME, { own: 'yes' });
    await deployment.plan({ RequestType: 'Update', PhysicalResourceId: NAME, ResourceProperties: tagged });
    expect(deployment.store.tags.get(NAME)).toMatchObject({ own: 'yes', team: 'orders' });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('are given again while a new parameter is not known everywhere, and fail the request when it never is', async () => {
    deployment.given(NAME, 'auto');
    const unknown = { status: 400, type: 'InvalidResourceId', message: 'is not known' };
    const update = { RequestType: 'Update', PhysicalResourceId: NAME, ResourceProperties: tagged } as const;
    deployment.store.faults = [undefined, undefined, unknown, undefined, unknown, undefined, unknown];
    expect(await deployment.plan(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.tags.get(NAME)).toMatchObject({ team: 'orders' });

    deployment.store.always = { AddTagsToResource: unknown };
    const answer = await deployment.plan(update);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME, Reason: expect.stringContaining('is not known') });
  });

  test('that are none cost no call', async () => {
    await deployment.plan();
    expect(deployment.store.calls.filter((call) => call.startsWith('AddTags'))).toEqual([]);
  });

  test('that are refused fail the Create, which has made nothing then', async () => {
    deployment.store.faults = [{ status: 400, type: 'TooManyTagsError', message: 'more than 50' }];
    const answer = await deployment.plan({ ResourceProperties: tagged });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId, Reason: expect.stringContaining('more than 50') });
    expect(deployment.store.parameters.size).toBe(0);
  });

  test("can't be those that say who owns the parameter", async () => {
    const Tags = [{ Key: 'cdk-patient-lambda:owners', Value: 'me' }];
    const answer = await deployment.plan({ ResourceProperties: { OperatorParameterName: NAME, Tags } });
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('Tags must not have the key cdk-patient-lambda:owners, got "me"'),
    });
  });

  test.each(['team', [{ Key: 'team' }], [null]])('are refused by name where they are not a list of Key and Value: %j', async (Tags) => {
    const answer = await deployment.plan({ ResourceProperties: { OperatorParameterName: NAME, Tags } });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Tags must be a list of Key and Value') });
    expect(deployment.store.parameters.size).toBe(0);
  });
});

describe('Update', () => {
  const update = { RequestType: 'Update', PhysicalResourceId: NAME } as const;

  test('writes nothing over the value', async () => {
    deployment.given(NAME, 'on-until 2027-01-10T06:00Z');
    expect(await deployment.plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('on-until 2027-01-10T06:00Z');
  });

  test('does not judge a value that it would not change', async () => {
    deployment.given(NAME, 'auto; 2027-02-30T00:00Z/PT1H');
    expect(await deployment.plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  });

  test('makes a parameter that was deleted again', async () => {
    expect(await deployment.plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('auto');
  });

  test.each([
    ['of the same name', NAME],
    ['of another name', OTHER],
  ])('makes a parameter %s with the hold that the mirror has, when that of before was deleted', async (_, OperatorParameterName) => {
    deployment.given(NAME, 'on # upgrade');
    await deployment.plan(update);
    deployment.store.parameters.clear();
    expect(await deployment.plan({ ...update, ResourceProperties: { OperatorParameterName } })).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.parameters.get(OperatorParameterName)!.Value).toBe('on # upgrade');
  });

  test('makes it as auto, and says so, when the mirror does not answer', async () => {
    deployment.mirror.before = () => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
    };
    expect(await deployment.plan(update)).toMatchObject({ Status: 'SUCCESS' });
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('auto');
    expect(deployment.logged[0]).toMatchObject({ parameter: NAME, cause: 'AccessDeniedException: no', fix: expect.stringContaining('write') });
  });

  const rename = { ...update, ResourceProperties: { OperatorParameterName: OTHER } };

  test('gives a renamed window a new physical id and the hold that is on', async () => {
    deployment.given(NAME, 'on # upgrade');
    expect(await deployment.plan(rename)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER });
    expect(deployment.store.parameters.get(OTHER)!.Value).toBe('on # upgrade');
    expect(deployment.store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('gives a renamed window auto when the old value is gone or no window', async () => {
    await deployment.plan(rename);
    expect(deployment.store.parameters.get(OTHER)!.Value).toBe('auto');
    deployment.store.parameters.clear();
    deployment.given(NAME, 'nonsense');
    await deployment.plan(rename);
    expect(deployment.store.parameters.get(OTHER)!.Value).toBe('auto');
  });

  test("keeps CloudFormation's id when it fails", async () => {
    deployment.store.always = { '*': { status: 400, type: 'ParameterLimitExceeded' } };
    expect(await deployment.plan(rename)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
  });
});

describe('Delete', () => {
  const remove = { RequestType: 'Delete', PhysicalResourceId: NAME } as const;

  test('removes the parameter, and succeeds when it is gone already', async () => {
    await deployment.plan();
    expect(await deployment.plan(remove)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(deployment.store.parameters.size).toBe(0);
    expect(await deployment.plan(remove)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  });

  test('removes the old parameter of a renamed window and not the new one', async () => {
    await deployment.plan();
    await deployment.plan({ ResourceProperties: { OperatorParameterName: OTHER } });
    await deployment.plan({ ...remove, ResourceProperties: { OperatorParameterName: OTHER } });
    expect([...deployment.store.parameters.keys()]).toEqual([OTHER]);
  });

  test("removes what a cancelled Create made, which has an id of CloudFormation's own", async () => {
    await deployment.plan();
    expect(await deployment.plan({ ...remove, PhysicalResourceId: 'Orders-Window-1ABCDEF' })).toMatchObject({
      PhysicalResourceId: 'Orders-Window-1ABCDEF',
    });
    expect(deployment.store.parameters.size).toBe(0);
  });

  test('of a Create that failed touches nothing', async () => {
    deployment.given(NAME, 'auto');
    expect(await deployment.plan({ ...remove, PhysicalResourceId: createFailedId })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: createFailedId,
    });
    expect(deployment.store.calls).toEqual([]);
  });

  test("of something that has neither a parameter's id nor name succeeds, so that its stack can go", async () => {
    expect(await deployment.plan({ ...remove, PhysicalResourceId: 'x', ResourceProperties: {} })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'x',
    });
  });

  test('that is refused is FAILED under the same id', async () => {
    deployment.store.always = { '*': DENIED };
    expect(await deployment.plan(remove)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
  });
});

test('another request type is FAILED by name', async () => {
  expect((await deployment.plan({ RequestType: 'Sync' as 'Create' })).Reason).toBe('Error: RequestType must be Create, Update or Delete, got "Sync"');
});

describe('the answer', () => {
  test.each(urlVectors)('goes out by the rule of URLs: $url with $environment', async ({ url, environment, allowed }) => {
    const sent: string[] = [];
    const take = (to: string) => {
      sent.push(to);
      return Promise.resolve(new Response());
    };
    const served = serve(deployment.request({ ResponseURL: url }), 120_000, deployment.dependencies({ fetch: take, environment }));
    await (allowed ? served : expect(served).rejects.toThrow('the ResponseURL is not an https URL'));
    expect(sent).toEqual(allowed ? [url] : []);
  });

  test.each(reasonVectors)('has a reason that is cut by the rule: $name', async ({ unit, count }) => {
    deployment.store.always = { '*': { status: 400, type: 'ParameterLimitExceeded', message: `begin ${unit.repeat(count)} end` } };
    const { Status, Reason } = await deployment.plan();
    expect(Status).toBe('FAILED');
    expect(deployment.answers.received.at(-1)!.body.length).toBeLessThanOrEqual(responseBytes.most);
    expect(Reason).toMatch(/^ParameterLimitExceeded: begin .* \.\.\. .* end$/u);
  });

  test('that cannot be delivered fails the invocation, without the ResponseURL', async () => {
    const unreachable = (url: string) => Promise.reject(new Error(`cannot reach ${url}`));
    const error = await serve(deployment.request(), 120_000, deployment.dependencies({ fetch: unreachable })).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'AnswerNotDelivered', message: expect.stringContaining('Error: cannot reach the ResponseURL') });
    expect(error!.message).not.toContain('secret');
  });
});
