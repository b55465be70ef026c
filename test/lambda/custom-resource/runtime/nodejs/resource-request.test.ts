/** What handlers get of CloudFormation's request. Cases marked with (aws-cdk) are after aws-cdk's tests, as in protocol.test.ts. */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { World } from '../../world';
import { request } from './requests';

let world: World;

beforeEach(() => {
  world = new World();
});

describe('a request', () => {
  test('never shows the ResponseURL to handlers or the log (aws-cdk, inverted: ResponseURL passed to user function; #21224)', async () => {
    const shown: unknown[] = [];
    await world.run(
      {
        create: async (...all) => {
          shown.push(...all);
          all[1].log.info('request', { all: JSON.stringify(all[0]), url: request('Create').ResponseURL });
          // Its signature is enough to forge an answer
          throw new Error(`PUT ${request('Create').ResponseURL} failed: 5e17ed does not match`);
        },
      },
      request('Create'),
    );
    expect(JSON.stringify(shown)).not.toContain('5e17ed');
    expect(world.log).not.toContain('5e17ed');
    expect(world.answer.Reason).not.toContain('5e17ed');
  });

  test('has neither ServiceToken nor ServiceTimeout among its properties, old ones too', async () => {
    await world.run(
      {
        update: async ({ properties, oldProperties }) => {
          expect([properties, oldProperties]).toEqual([{ Name: 'orders' }, { Name: 'old' }]);
          return done();
        },
      },
      request('Update'),
    );
    expect(world.answer.Status).toBe('SUCCESS');
  });

  test('without properties is served (cfn_lambda_handler.py:124 hangs)', async () => {
    await world.run({ create: async () => done() }, { ...request('Create'), ResourceProperties: undefined });
    expect(world.answer.Status).toBe('SUCCESS');
  });

  test('to a function with a wrong variable is answered by name, and create never started', async () => {
    world.environment = { PATIENT_LAMBDA_POLL_INTERVAL: 'often' };
    await world.run({}, request('Create'));
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: createFailedId,
      Reason: expect.stringContaining("PATIENT_LAMBDA_POLL_INTERVAL is 'often'"),
    });
  });

  test('of an unknown type is answered by name', async () => {
    await world.run({}, { ...request('Create'), RequestType: 'Import' });
    expect(world.answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('RequestType is "Import"') });
  });

  test('parse makes its properties, anew for each call, and not those of a delete', async () => {
    let parsed = 0;
    const parse = (raw: unknown) => {
      parsed += 1;
      return { parsed: raw };
    };
    await world.run(
      {
        parse,
        create: async ({ properties }) => {
          expect(properties).toEqual({ parsed: { Name: 'orders' } });
          return wait({});
        },
        poll: async () => done(),
      },
      request('Create'),
    );
    await new World().run({ parse, delete: async () => done() }, request('Delete'));
    expect(parsed).toBe(2);
  });

  test('that parse refuses never started', async () => {
    await world.run(
      {
        parse: () => {
          throw new Error('Name must be short');
        },
      },
      request('Create'),
    );
    expect(world.answer).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: createFailedId,
      Reason: expect.stringContaining('Name must be short'),
    });
  });

  test('goes to the handlers of its type', async () => {
    const one = (id: string) => ({ create: async () => done({ physicalResourceId: id }), update: async () => done(), delete: async () => done() });
    await world.run({ 'Custom::Other': one('other'), 'Custom::Restore': one('restore') }, request('Create'));
    expect(world.answer.PhysicalResourceId).toBe('restore');
  });

  test.each(['Custom::Gone', 'toString', ''])('of the type %p that no handler is for is answered by name', async (ResourceType) => {
    const one = { create: async () => done(), update: async () => done(), delete: async () => done() };
    await world.run({ 'Custom::Other': one }, request('Create', { ResourceType }));
    const reason = `the handler knows no resources of type '${ResourceType}', only of Custom::Other`;
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: createFailedId, Reason: expect.stringContaining(reason) });
  });

  test.each([null, 'x', [], {}, { RequestType: 'Create' }, { $longRunningOperation: null }])('that is none fails loudly: %p', async (event) => {
    await world.run({}, event as object);
    expect(world.puts).toEqual([]);
    expect(world.log).toContain('not a CloudFormation custom resource request');
  });
});
