import { SSMClient } from '@aws-sdk/client-ssm';

import { systemClock } from '../../../../lambda/clock';
import type { CloudFormationRequest } from '../../../../lambda/cloudformation/request';
import { createFailedId, reasonVectors, responseBytes, urlVectors } from '../../../../lambda/contract/cloudformation/answer.json';
import { allowedPattern } from '../../../../lambda/contract/maintenance-window/window.json';
import { serve } from '../../../../lambda/maintenance-window/planner/planner';
import { Answers } from './answers';
import { ParameterStore } from './parameter-store';

const NAME = '/cdk-patient-lambda/windows/Orders/Window1a2b3c4d/operator';
const OTHER = '/cdk-patient-lambda/windows/Orders/Renamed5e6f7a8b/operator';
const DENIED = { status: 400, type: 'AccessDeniedException', message: 'is not authorized to perform: ssm:PutParameter' };
const THROTTLED = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' };

let store: ParameterStore;
let answers: Answers;
let ssm: SSMClient;

beforeEach(async () => {
  store = await ParameterStore.start();
  answers = await Answers.start();
  ssm = new SSMClient({
    endpoint: store.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  ssm.destroy();
  await store.stop();
  await answers.stop();
});

function request(changes: Partial<CloudFormationRequest> = {}): CloudFormationRequest {
  return {
    RequestType: 'Create',
    ResponseURL: `${answers.origin}/answer?signature=secret`,
    StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Orders/1',
    RequestId: 'request-1',
    LogicalResourceId: 'Window',
    ResourceType: 'Custom::CdkPatientLambdaWindow',
    ResourceProperties: { OperatorParameterName: NAME },
    ...changes,
  };
}

/** Time passes only by sleeping, so that patience costs none. */
function impatientClock() {
  let time = 0;
  return {
    now: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
    alarm: (milliseconds: number, signal?: AbortSignal) => systemClock.alarm(milliseconds, signal),
  };
}

async function plan(changes: Partial<CloudFormationRequest> = {}, remaining = 120_000): Promise<Record<string, string>> {
  await serve(request(changes), remaining, { ssm, clock: impatientClock(), fetch, environment: { AWS_ENDPOINT_URL: answers.origin } });
  return answers.last;
}

function given(name: string, value: string): void {
  store.parameters.set(name, { Name: name, Value: value });
}

describe('Create', () => {
  test('makes a plain String parameter that says auto and refuses what is no window', async () => {
    expect(await plan()).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: NAME,
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/Orders/1',
      RequestId: 'request-1',
      LogicalResourceId: 'Window',
    });
    expect(store.parameters.get(NAME)).toEqual({
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
    given(NAME, 'on # upgrade');
    expect(await plan()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('fails on a parameter whose value is none of a window, names it, and has its Delete leave it alone', async () => {
    given(NAME, 'true');
    const answer = await plan();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toContain(`${NAME} exists already`);
    expect(answer.Reason).toContain("'true'");

    expect(await plan({ RequestType: 'Delete', PhysicalResourceId: answer.PhysicalResourceId })).toMatchObject({ Status: 'SUCCESS' });
    expect(store.parameters.get(NAME)!.Value).toBe('true');
  });

  test('waits while a new role is not known everywhere', async () => {
    store.faults = [DENIED, DENIED, THROTTLED];
    expect(await plan()).toMatchObject({ Status: 'SUCCESS' });
    expect(store.parameters.get(NAME)!.Value).toBe('auto');
  });

  test('fails with the real reason when the role stays refused', async () => {
    store.always = DENIED;
    const answer = await plan();
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toBe('AccessDeniedException: is not authorized to perform: ssm:PutParameter');
  });

  test('fails at once on a refusal that no repetition changes', async () => {
    store.always = { status: 400, type: 'ParameterLimitExceeded', message: '10000 parameters' };
    expect((await plan()).Reason).toBe('ParameterLimitExceeded: 10000 parameters');
    expect(store.calls).toHaveLength(1);
  });

  test('takes its own parameter for its own when the first answer was lost', async () => {
    store.faults = ['lost-answer'];
    expect(await plan()).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(store.calls).toEqual([`PutParameter ${NAME}`, `PutParameter ${NAME}`, `GetParameter ${NAME}`]);
  });

  test('never hangs: it fails in time, and names the parameter that may have been made so that Delete removes it', async () => {
    store.always = 'silence';
    const answer = await plan({}, 30_200);
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
    expect(answer.Reason).toContain('did not serve this within 0.2 s');
  });

  test.each([undefined, '', '/elsewhere/operator', 7])('refuses the parameter name %p', async (OperatorParameterName) => {
    const answer = await plan({ ResourceProperties: { OperatorParameterName } });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId });
    expect(answer.Reason).toContain('OperatorParameterName must begin with /cdk-patient-lambda/windows/');
    expect(store.calls).toEqual([]);
  });
});

describe('tags', () => {
  const TAGS = [{ Key: 'team', Value: 'orders' }];
  const tagged = { OperatorParameterName: NAME, Tags: TAGS };

  test('of the window are on its parameter from the start, once however often the request is delivered', async () => {
    await plan({ ResourceProperties: tagged });
    expect(await plan({ ResourceProperties: tagged })).toMatchObject({ Status: 'SUCCESS' });
    expect(store.tags.get(NAME)).toEqual({ team: 'orders' });
  });

  test('are added by an update, beside those that people gave it, and leave the value alone', async () => {
    given(NAME, 'on # upgrade');
    store.tags.set(NAME, { own: 'yes' });
    await plan({ RequestType: 'Update', PhysicalResourceId: NAME, ResourceProperties: tagged });
    expect(store.tags.get(NAME)).toEqual({ own: 'yes', team: 'orders' });
    expect(store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('are given again while the new parameter is not known everywhere, and fail the request when it never is', async () => {
    const unknown = { status: 400, type: 'InvalidResourceId', message: 'is not known' };
    store.faults = [undefined, unknown, unknown];
    expect(await plan({ ResourceProperties: tagged })).toMatchObject({ Status: 'SUCCESS' });
    expect(store.tags.get(NAME)).toEqual({ team: 'orders' });

    store.faults = [undefined];
    store.always = unknown;
    const answer = await plan({ RequestType: 'Update', PhysicalResourceId: NAME, ResourceProperties: tagged });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME, Reason: expect.stringContaining('is not known') });
  });

  test('that are none cost no call', async () => {
    await plan();
    expect(store.calls.filter((call) => call.startsWith('AddTags'))).toEqual([]);
  });

  test('that are refused fail the Create, whose Delete removes what was made', async () => {
    store.faults = [undefined, { status: 400, type: 'TooManyTagsError', message: 'more than 50' }];
    const answer = await plan({ ResourceProperties: tagged });
    expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME, Reason: expect.stringContaining('more than 50') });
    await plan({ RequestType: 'Delete', PhysicalResourceId: answer.PhysicalResourceId });
    expect(store.parameters.size).toBe(0);
  });

  test.each(['team', [{ Key: 'team' }], [null]])('are refused by name where they are not a list of Key and Value: %j', async (Tags) => {
    const answer = await plan({ ResourceProperties: { OperatorParameterName: NAME, Tags } });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('Tags must be a list of Key and Value') });
    expect(store.parameters.size).toBe(0);
  });
});

describe('Update', () => {
  const update = { RequestType: 'Update', PhysicalResourceId: NAME } as const;

  test('writes nothing over the value', async () => {
    given(NAME, 'on-until 2027-01-10T06:00Z');
    expect(await plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(store.parameters.get(NAME)!.Value).toBe('on-until 2027-01-10T06:00Z');
  });

  test('does not judge a value that it would not change', async () => {
    given(NAME, 'auto; 2027-02-30T00:00Z/PT1H');
    expect(await plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  });

  test('makes a parameter that was deleted again', async () => {
    expect(await plan(update)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(store.parameters.get(NAME)!.Value).toBe('auto');
  });

  const rename = { ...update, ResourceProperties: { OperatorParameterName: OTHER } };

  test('gives a renamed window a new physical id and the hold that is on', async () => {
    given(NAME, 'on # upgrade');
    expect(await plan(rename)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: OTHER });
    expect(store.parameters.get(OTHER)!.Value).toBe('on # upgrade');
    expect(store.parameters.get(NAME)!.Value).toBe('on # upgrade');
  });

  test('gives a renamed window auto when the old value is gone or no window', async () => {
    await plan(rename);
    expect(store.parameters.get(OTHER)!.Value).toBe('auto');
    store.parameters.clear();
    given(NAME, 'nonsense');
    await plan(rename);
    expect(store.parameters.get(OTHER)!.Value).toBe('auto');
  });

  test("keeps CloudFormation's id when it fails", async () => {
    store.always = { status: 400, type: 'ParameterLimitExceeded' };
    expect(await plan(rename)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
  });
});

describe('Delete', () => {
  const remove = { RequestType: 'Delete', PhysicalResourceId: NAME } as const;

  test('removes the parameter, and succeeds when it is gone already', async () => {
    given(NAME, 'off');
    expect(await plan(remove)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
    expect(store.parameters.size).toBe(0);
    expect(await plan(remove)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: NAME });
  });

  test('removes the old parameter of a renamed window and not the new one', async () => {
    given(NAME, 'auto');
    given(OTHER, 'auto');
    await plan({ ...remove, ResourceProperties: { OperatorParameterName: OTHER } });
    expect([...store.parameters.keys()]).toEqual([OTHER]);
  });

  test("removes what a cancelled Create made, which has an id of CloudFormation's own", async () => {
    given(NAME, 'auto');
    expect(await plan({ ...remove, PhysicalResourceId: 'Orders-Window-1ABCDEF' })).toMatchObject({ PhysicalResourceId: 'Orders-Window-1ABCDEF' });
    expect(store.parameters.size).toBe(0);
  });

  test('of a Create that failed touches nothing', async () => {
    given(NAME, 'auto');
    expect(await plan({ ...remove, PhysicalResourceId: createFailedId })).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: createFailedId,
    });
    expect(store.calls).toEqual([]);
  });

  test("of something that has neither a parameter's id nor name succeeds, so that its stack can go", async () => {
    expect(await plan({ ...remove, PhysicalResourceId: 'x', ResourceProperties: {} })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'x' });
  });

  test('that is refused is FAILED under the same id', async () => {
    store.always = DENIED;
    expect(await plan(remove)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: NAME });
  });
});

test('another request type is FAILED by name', async () => {
  expect((await plan({ RequestType: 'Sync' as 'Create' })).Reason).toBe('Error: RequestType must be Create, Update or Delete, got "Sync"');
});

describe('the answer', () => {
  test.each(urlVectors)('goes out by the rule of URLs: $url with $environment', async ({ url, environment, allowed }) => {
    const sent: string[] = [];
    const take = (to: string) => {
      sent.push(to);
      return Promise.resolve(new Response());
    };
    const served = serve(request({ ResponseURL: url }), 120_000, {
      ssm,
      clock: impatientClock(),
      fetch: take,
      environment: environment,
    });
    await (allowed ? served : expect(served).rejects.toThrow('the ResponseURL is not an https URL'));
    expect(sent).toEqual(allowed ? [url] : []);
  });

  test.each(reasonVectors)('has a reason that is cut by the rule: $name', async ({ unit, count }) => {
    store.always = { status: 400, type: 'ParameterLimitExceeded', message: `begin ${unit.repeat(count)} end` };
    const { Status, Reason } = await plan();
    expect(Status).toBe('FAILED');
    expect(answers.received.at(-1)!.body.length).toBeLessThanOrEqual(responseBytes.most);
    expect(Reason).toMatch(/^ParameterLimitExceeded: begin .* \.\.\. .* end$/u);
  });

  test('that cannot be delivered fails the invocation, without the ResponseURL', async () => {
    const unreachable = (url: string) => Promise.reject(new Error(`cannot reach ${url}`));
    const dependencies = { ssm, clock: impatientClock(), fetch: unreachable, environment: { AWS_ENDPOINT_URL: answers.origin } };
    const error = await serve(request(), 120_000, dependencies).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: 'AnswerNotDelivered', message: expect.stringContaining('Error: cannot reach the ResponseURL') });
    expect(error!.message).not.toContain('secret');
  });
});
