/**
 * Cases of other libraries' test suites and issues that no other test here stands for; all of aws-cdk's runtime.test.ts are in
 * provider-framework.test.ts. Sources: aws-cdk custom-resources/test/provider-framework/{runtime,outbound}.test.ts,
 * aws-cloudformation/custom-resource-helper (crhelper) tests/ and issues, andrew-templeton/cfn-lambda issues,
 * and the defects of mixja/cfn-lambda-handler 1.4.0 by line of cfn_lambda_handler.py.
 */
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { World } from '../../world';
import { request, START } from './requests';

let world: World;

beforeEach(() => {
  world = new World();
});

test('aws-cdk runtime: data is not allowed before the operation is complete', async () => {
  const early = { data: { A: '1' }, physicalResourceId: 'made' } as object;
  await world.run({ create: async () => wait({}, early), poll: async () => done() }, request('Create'));
  expect(world.answer).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'made',
    Reason: expect.stringContaining("wait takes no 'data': attributes are known when it is done"),
  });
});

test('aws-cdk runtime: a failure always has a reason', async () => {
  for (const thrown of [new Error(''), '', undefined, {}] as unknown[]) {
    world = new World();
    await world.run(
      {
        create: async () => {
          throw thrown;
        },
      },
      request('Create'),
    );
    expect(world.answer.Reason).toMatch(/^[^ ]/);
  }
});

test('aws-cdk outbound: a function that Lambda has to wake up first is invoked again', async () => {
  let calls = 0;
  world.beforeInvoke = () => {
    if (++calls < 4) {
      throw Object.assign(new Error('The function is currently in the following state: Pending'), { name: 'ResourceConflictException' });
    }
  };
  await world.run({ create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() }, request('Create'));
  expect(world.answer.Status).toBe('SUCCESS');
  expect(calls).toBe(4);
});

test('crhelper #3: a delete waits for nothing', async () => {
  await world.run({ delete: async () => done() }, request('Delete'));
  expect(world.putTimes).toEqual([START]);
});

test('crhelper cleanup_response, cfn_lambda_handler.py:198: an answer has the members of the protocol alone', async () => {
  await world.run({ create: async () => ({ ...done({ data: { A: '1' } }), Timeout: 300, EventState: {}, CrHelperPoll: true }) }, request('Create'));
  expect(Object.keys(world.answer).sort()).toEqual(['LogicalResourceId', 'PhysicalResourceId', 'Reason', 'RequestId', 'StackId', 'Status']);
  // Not dropped in silence: what is returned beside the protocol was meant for somebody
  expect(world.answer.Reason).toContain("done takes no 'Timeout'");
});

test('cfn-lambda: a success without data does not give the old properties as attributes', async () => {
  await world.run({ update: async () => done() }, request('Update'));
  expect(world.answer).not.toHaveProperty('Data');
});

test.each([
  'arn:aws-us-gov:cloudformation:us-gov-west-1:111122223333:stack/shop/guid',
  'arn:aws-cn:cloudformation:cn-north-1:111122223333:stack/shop/guid',
])('cfn-lambda: a stack of another partition is answered: %s', async (StackId) => {
  await world.run({ create: async () => done() }, request('Create', { StackId }));
  expect(world.answer).toMatchObject({ Status: 'SUCCESS', StackId, PhysicalResourceId: expect.stringMatching(/^shop-Restore-[0-9a-f]{16}$/) });
});

test.each(['abc', '0', '3601', '-5', '1e3', '', 300.5, null, {}])(
  'cfn_lambda_handler.py:15, :163: a ServiceTimeout of %p counts as none',
  async (ServiceTimeout) => {
    world.environment = { PATIENT_LAMBDA_SERVICE_TIMEOUT: '300' };
    await world.run({ create: async () => wait({}), poll: async () => wait({}) }, request('Create', { ResourceProperties: { ServiceTimeout } }));
    expect(world.putTimes).toEqual([START + 240_000]);
  },
);

test('cfn_lambda_handler.py:20: operations share no state', async () => {
  const seen: unknown[] = [];
  const initial = { polls: 0 };
  const handlers = {
    create: async () => wait(initial),
    poll: async (_: unknown, state: unknown) => {
      seen.push({ ...(state as object) });
      (state as { polls: number }).polls += 1;
      return done();
    },
  };
  await world.run(handlers, request('Create'));
  await new World().run(handlers, request('Create'));
  expect(seen).toEqual([{ polls: 0 }, { polls: 0 }]);
});

test('cfn_lambda_handler.py:136: the status of the stack is known in a create too', async () => {
  const seen: string[] = [];
  await world.run({ create: async (_, { stack }) => (seen.push((await stack()).status), done()) }, request('Create'));
  expect(seen).toEqual(['CREATE_IN_PROGRESS']);
});
