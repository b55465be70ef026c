/** Orders of events that real runtimes produce only now and then. */
import { IDLE_ENVIRONMENT_LIMIT } from '../../../local/data-plane/limits';
import type { Sandbox } from '../../../local/sandbox/sandbox';
import { TestPlane } from './plane';
import { scripted, type ScriptedRuntime } from './scripted-runtime';

jest.setTimeout(120_000);

let bed: TestPlane | undefined;

afterEach(() => bed?.close());

const echo = async (runtime: ScriptedRuntime): Promise<void> => {
  for (;;) {
    await runtime.respond(await runtime.next(), '"ok"');
  }
};

async function open(script: (runtime: ScriptedRuntime) => Promise<void>): Promise<ScriptedRuntime[]> {
  const { runtimes, startSandbox } = scripted(script);
  bed = await TestPlane.open({}, { startSandbox });
  return runtimes;
}

test('an environment is frozen when it asks for the next invocation, not when it answers, and woken before it gets one', async () => {
  let ask: () => void = () => undefined;
  const runtimes = await open(async (runtime) => {
    for (;;) {
      await runtime.respond(await runtime.next(), '"ok"');
      await new Promise<void>((resolve) => (ask = resolve));
    }
  });
  bed!.functions.declare('f');
  await bed!.result('f');
  expect(runtimes[0].calls).toEqual([]);
  ask();
  await bed!.seen((event) => event.type === 'environment-frozen');
  expect(runtimes[0].calls).toEqual(['freeze']);
  await bed!.result('f');
  expect(runtimes[0].calls).toEqual(['freeze', 'thaw']);
});

test('who invokes right after an answer waits for that environment instead of starting another', async () => {
  let ask: () => void = () => undefined;
  const runtimes = await open(async (runtime) => {
    for (;;) {
      await runtime.respond(await runtime.next(), '"ok"');
      await new Promise<void>((resolve) => (ask = resolve));
    }
  });
  bed!.functions.declare('f', { reservedConcurrency: 2 });
  await bed!.result('f');
  const second = bed!.result('f');
  setTimeout(() => ask(), 20);
  await second;
  expect(runtimes).toHaveLength(1);
});

test('an environment that answered and does not ask again is not waited for', async () => {
  const runtimes = await open(async (runtime) => {
    await runtime.respond(await runtime.next(), '"ok"');
  });
  bed!.functions.declare('f');
  await bed!.result('f');
  await bed!.result('f');
  expect(runtimes).toHaveLength(2);
});

test('an answer that a process sent before it ended is its answer', async () => {
  const body = JSON.stringify('x'.repeat(1_000_000));
  await open(async (runtime) => {
    const requestId = await runtime.next();
    const sent = runtime.respond(requestId, body);
    runtime.exit(1);
    await sent;
    runtime.disconnect();
  });
  bed!.functions.declare('f');
  const { headers, body: received } = await bed!.invoke('f');
  expect(headers).not.toHaveProperty('x-amz-function-error');
  expect(received.toString()).toBe(body);
});

test('output that arrives with the answer belongs to the invocation', async () => {
  await open(async (runtime) => {
    const requestId = await runtime.next();
    const sent = runtime.respond(requestId, '"ok"');
    // As output of a pipe: in the turn in which the answer is read
    setImmediate(() => setImmediate(() => runtime.write('last words\n')));
    await sent;
  });
  bed!.functions.declare('f');
  const { headers } = await bed!.invoke('f', '{}', { 'x-amz-log-type': 'Tail' });
  const log = Buffer.from(headers['x-amz-log-result'] as string, 'base64').toString();
  expect(log).toMatch(/last words\nEND RequestId/);
});

test('an idle environment whose process ends is not used again', async () => {
  const runtimes = await open(echo);
  bed!.functions.declare('f');
  await bed!.result('f');
  await bed!.seen((event) => event.type === 'environment-frozen');
  runtimes[0].exit(9);
  runtimes[0].disconnect();
  await bed!.seen((event) => event.type === 'environment-stopped');
  await bed!.result('f');
  expect(runtimes).toHaveLength(2);
});

test('idle environments beyond the limit are stopped, the one that was used longest ago first', async () => {
  const runtimes = await open(echo);
  for (let i = 0; i <= IDLE_ENVIRONMENT_LIMIT; i++) {
    bed!.functions.declare(`f${i}`);
    await bed!.result(`f${i}`);
  }
  await bed!.seen((event) => event.type === 'environment-stopped');
  expect(runtimes.map((runtime) => runtime.calls.includes('kill'))).toEqual([true, ...Array<boolean>(IDLE_ENVIRONMENT_LIMIT).fill(false)]);
});

test('a sandbox that cannot start is refused with its reason, and the next invocation tries again', async () => {
  const { startSandbox } = scripted(echo);
  let attempts = 0;
  bed = await TestPlane.open(
    {},
    {
      startSandbox: (spec) => (attempts++ === 0 ? Promise.reject(new Error('no interpreter python3.11 in /usr/bin')) : startSandbox(spec)),
    },
  );
  bed.functions.declare('f');
  const { status, body } = await bed.invoke('f');
  expect(status).toBe(502);
  expect(body.toString()).toContain('no interpreter python3.11 in /usr/bin');
  await bed.result('f');
});

test('a data plane that is closed twice closes once, also while a sandbox starts', async () => {
  let started: () => void = () => undefined;
  const starting = new Promise<void>((resolve) => (started = resolve));
  let goOn: () => void = () => undefined;
  const { runtimes, startSandbox } = scripted(echo);
  bed = await TestPlane.open(
    {},
    {
      startSandbox: async (spec) => {
        started();
        await new Promise<void>((resolve) => (goOn = resolve));
        return startSandbox(spec);
      },
    },
  );
  bed.functions.declare('f');
  const waiting = bed.invoke('f').catch((error: Error) => error);
  await starting;
  const closing = Promise.all([bed.plane.close(), bed.plane.close()]);
  goOn();
  await closing;
  await waiting;
  expect(runtimes.map((runtime) => runtime.calls)).toEqual([expect.arrayContaining(['kill'])]);
});

test('a sandbox that cannot be killed is reported, and everything else is closed', async () => {
  const { startSandbox } = scripted(echo);
  const lines: string[] = [];
  const plane = await TestPlane.open(
    { log: (line) => lines.push(line) },
    {
      startSandbox: async (spec) => {
        const sandbox = await startSandbox(spec);
        const kill = () => sandbox.kill().then(() => Promise.reject(new Error('still there')));
        return Object.assign(Object.create(sandbox) as Sandbox, { kill });
      },
    },
  );
  plane.functions.declare('f');
  await plane.result('f');
  await expect(plane.close()).rejects.toThrow('still there');
  expect(lines.join('\n')).toContain('still there');
  await expect(plane.invoke('f')).rejects.toThrow();
  await plane.dispose();
});
