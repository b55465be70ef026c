/** What code throws where nobody catches it: in the simulated world, and really, in this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { customResource, done, ResourceFailure, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';
import type { AnyHandlers } from '../../../../../lambda/custom-resource/runtime/nodejs/types';
import { never, World } from '../../world';
import { withoutPlace } from './operations';
import { request, STACK, START } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });

let world: World;

beforeEach(() => {
  world = new World();
});

const crash = (error: unknown) => () => {
  world.throwUncaught(error);
  return never();
};

/** Status and id of every PUT: the function's own and the responder's. */
const told = () => world.puts.map(({ Status, PhysicalResourceId }) => `${Status} ${PhysicalResourceId}`);

describe('an error that nobody catches', () => {
  test.each<[string, unknown, string]>([
    ['an error', new RangeError('the snapshot is gone'), 'RangeError: the snapshot is gone'],
    ['a frozen error', Object.freeze(new Error('ice')), 'Error: ice'],
    ['text', 'boom', 'boom'],
    ['undefined', undefined, 'undefined'],
  ])('ends the operation in the function itself: %s', async (_, thrown, reason) => {
    await world.run({ create: crash(thrown) }, request('Create'));
    expect(world.puts[0].Status).toBe('FAILED');
    expect(withoutPlace(world.puts[0].Reason)).toBe(`an error that nobody caught: ${reason}`);
    expect(told()).toEqual(Array(2).fill(`FAILED ${DEFAULT_ID}`));
    expect(world.records).toMatchObject([{ responsePayload: { errorType: 'Runtime.ExitError' } }]);
    expect(world.log).toContain('nobody caught an error');
  });

  test('has its stack in the log', async () => {
    const error = new Error('boom');
    await world.run({ create: crash(error) }, request('Create'));
    expect(world.log).toContain(JSON.stringify(error.stack));
  });

  test.each(['Update', 'Delete'] as const)('in a %s leaves the present id', async (type) => {
    await world.run({ update: crash('boom'), delete: crash('boom') }, request(type));
    expect(told()).toEqual(Array(2).fill('FAILED own-1'));
  });

  test.each([
    ['with an id', { physicalResourceId: 'made' }, 'made'],
    ['without an id', { afterSeconds: 900 }, DEFAULT_ID],
  ])('after a wait %s leaves that of the wait', async (_, options, id) => {
    await world.run({ create: async () => wait({}, options), poll: crash('boom') }, request('Create'));
    expect(world.executions).toBe(2);
    expect(told()).toEqual(Array(2).fill(`FAILED ${id}`));
  });

  test('before the handler was called leaves the id that an exit leaves', async () => {
    world.readSecret = crash('boom');
    const create = jest.fn();
    await world.run({ create }, request('Create', { ResourceProperties: { P: '{{resolve:secretsmanager:Db}}' } }));
    expect(told()).toEqual(Array(2).fill(`FAILED ${DEFAULT_ID}`));
    expect(create).not.toHaveBeenCalled();
  });

  test('between two polls ends the sleep', async () => {
    const poll = jest.fn();
    const create = async () => {
      void world.clock.sleep(60_000).then(() => world.throwUncaught('boom'));
      return wait({}, { afterSeconds: 600 });
    };
    await world.run({ create, poll }, request('Create'));
    expect(told()).toEqual(Array(2).fill(`FAILED ${DEFAULT_ID}`));
    expect(poll).not.toHaveBeenCalled();
    expect(world.putTimes[0]).toBe(START + 60_000);
  });

  test('names no id: the responder would not know it', async () => {
    await world.run({ create: crash(new ResourceFailure('half made', { physicalResourceId: 'made' })) }, request('Create'));
    expect(told()).toEqual(Array(2).fill(`FAILED ${DEFAULT_ID}`));
  });

  test('aborts the signal before the answer', async () => {
    let aborted: boolean | undefined;
    const create: AnyHandlers['create'] = (_, { signal }) => {
      signal.addEventListener('abort', () => (aborted = world.puts.length === 0));
      return crash('boom')();
    };
    await world.run({ create }, request('Create'));
    expect(aborted).toBe(true);
  });

  test('shows no secret', async () => {
    world.readSecret = async () => ({ value: 'S3cr3t-Passw0rd', versionId: 'v' });
    await world.run({ create: crash('pg://S3cr3t-Passw0rd@h') }, request('Create', { ResourceProperties: { P: '{{resolve:secretsmanager:Db}}' } }));
    expect(world.puts[0].Reason).toContain('pg://****@h');
    expect(JSON.stringify(world.puts) + world.log).not.toContain('S3cr3t-Passw0rd');
  });

  test('once there is a verdict changes nothing, and is in the log', async () => {
    world.putFates = ['slow'];
    const create = async () => {
      void world.clock.alarm(500).then(() => world.throwUncaught('late'));
      return done({ physicalResourceId: 'made', data: { A: '1' } });
    };
    await world.run({ create }, request('Create'));
    expect(told()).toEqual(['SUCCESS made']);
    expect(world.records).toEqual([]);
    expect(world.log).toContain('"error":"late"');
  });

  test('while a poll that the margin has cut off is to stop ends the operation there: no hop follows', async () => {
    const poll: AnyHandlers['poll'] = (_, __, { signal }) => {
      signal.addEventListener('abort', () => world.throwUncaught('boom'));
      return never();
    };
    await world.run({ create: async () => wait({}, { physicalResourceId: 'made' }), poll }, request('Create'));
    expect(told()).toEqual(Array(2).fill('FAILED made'));
    expect(world.puts[0].Reason).toContain('nobody caught');
    expect(world.executions).toBe(2);
  });

  test('in onTimeout is named beside the time-out', async () => {
    await world.run({ create: never, onTimeout: crash('boom') }, request('Create'));
    expect(told()).toEqual(Array(2).fill(`FAILED ${DEFAULT_ID}`));
    expect(world.puts[0].Reason).toMatch(/^create ran to the end of its execution.*; onTimeout failed/);
  });

  test('in onCancel gets no answer: the stack has turned back', async () => {
    let reads = 0;
    world.stackStatus = () => (++reads > 1 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
    const own: unknown[] = [];
    const onCancel = () => {
      own.push(world.puts.length);
      return crash('boom')();
    };
    await world.run({ create: never, onCancel }, request('Create'));
    expect(own).toEqual([0]);
    // The responder's alone, which meets a request that is closed
    expect(told()).toEqual([`FAILED ${DEFAULT_ID}`]);
  });
});

describe('really thrown', () => {
  const gone = async () => done();
  const thrower = (thrown: unknown) =>
    customResource({
      create: async () => {
        setTimeout(() => {
          throw thrown;
        }, 1);
        return never();
      },
      update: gone,
      delete: gone,
    });

  test.each<[string, unknown]>([
    ['an error', new Error('boom')],
    ['a frozen error', Object.freeze(new Error('boom'))],
    ['text', 'boom'],
  ])('runOperation shows the answer and the exit: %s', async (_, thrown) => {
    expect(await runOperation(thrower(thrown), { RequestType: 'Create' })).toMatchObject({
      answer: {
        status: 'FAILED',
        physicalResourceId: expect.stringMatching(/^stack-Resource-/),
        reason: expect.stringMatching(/nobody caught: .*boom/),
      },
      exited: true,
    });
  });

  test('a request leaves the place to the next one', async () => {
    for (let n = 0; n < 3; n += 1) {
      expect(await runOperation(thrower('boom'), { RequestType: 'Create' })).toMatchObject({ exited: true });
    }
    await runOperation(customResource({ create: gone, update: gone, delete: gone }), { RequestType: 'Create' });
    expect(process.hasUncaughtExceptionCaptureCallback()).toBe(false);
  });

  test("a callback of another library's keeps its place", async () => {
    const theirs: unknown[] = [];
    process.setUncaughtExceptionCaptureCallback((error: unknown) => theirs.push(error));
    try {
      const report = await runOperation(thrower('boom'), { RequestType: 'Create' }, { executionTimeoutSeconds: 15 });
      expect(theirs).toEqual(['boom']);
      expect(report).toMatchObject({ answer: { status: 'FAILED', reason: expect.stringContaining('ran to the end of its execution') } });
      expect(process.hasUncaughtExceptionCaptureCallback()).toBe(true);
    } finally {
      process.setUncaughtExceptionCaptureCallback(null);
    }
  });
});

test('beside the domain module the process exits before a listener that came first is called', async () => {
  const file = join(__dirname, '..', '..', '..', '..', '..', 'lambda', 'custom-resource', 'runtime', 'nodejs', 'operation', 'uncaught.ts');
  const code = `
    require('node:domain');
    const { captureUncaught, exitOnUncaught } = require(${JSON.stringify(file)});
    process.on('uncaughtException', () => console.log('the client posts it'));
    if (captureUncaught(() => console.log('captured'))) { throw new Error('the place was free'); }
    exitOnUncaught();
    setTimeout(() => { throw new RangeError('boom'); }, 1);
    setTimeout(() => console.log('goes on'), 1000);`;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', '-e', code]);
  let output = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number];
  expect(output).toContain('RangeError: boom');
  expect(output).not.toMatch(/the client posts it|captured|goes on/);
  expect(status).toBe(1);
});
