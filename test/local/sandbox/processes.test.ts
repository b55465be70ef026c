import { spawn } from 'node:child_process';
import * as path from 'node:path';

import { detectIsolation } from '../../../local/sandbox/isolation';
import { closeAll, ISOLATIONS, OneEnvironment, pause, processesWith } from './environment';

afterEach(closeAll);

/** Long enough for a process that runs to be seen running. */
const A_WHILE_MS = 300;

/** Starts children as programs that don't want to be found do: in a session of their own, orphaned, named by the event's text. */
const CHILDREN = `
import subprocess

def handler(event, context):
    beat = "while :; do echo " + event["name"] + "; for i in 1 2 3 4 5 6 7 8 9 10; do read -t 0.002 < /dev/zero; done; done"
    subprocess.Popen(["setsid", "bash", "-c", beat, event["name"]], start_new_session=True)
    subprocess.run(["bash", "-c", 'setsid bash -c "$0" "$1" &', beat, event["name"]])
    return "started"
`;

function uniqueName(): string {
  return `heartbeat-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

describe.each(ISOLATIONS)('a sandbox made by %s', (isolation) => {
  async function withChildren() {
    const name = uniqueName();
    const environment = await OneEnvironment.start({ code: { 'app.py': CHILDREN }, isolation: await detectIsolation([isolation]) });
    await environment.invoke({ name });
    await environment.prints(name);
    await environment.idle();
    return { environment, name };
  }

  test('when frozen does nothing, when thawed goes on', async () => {
    const { environment } = await withChildren();
    await environment.sandbox.freeze();
    // What was printed before may still be on its way; a process that runs prints on and on
    let frozen = -1;
    for (let looks = 0; environment.output.length > frozen && looks < 100; looks++) {
      frozen = environment.output.length;
      await pause(A_WHILE_MS);
    }
    expect(environment.output.length).toBe(frozen);
    await environment.sandbox.thaw();
    while (environment.output.length === frozen) {
      await pause(10);
    }
    expect((await environment.invoke({ name: uniqueName() })).body).toBe('started');
  });

  test('can be frozen and thawed any number of times', async () => {
    const { environment } = await withChildren();
    for (let round = 0; round < 3; round++) {
      await environment.sandbox.freeze();
      await environment.sandbox.freeze();
      await environment.sandbox.thaw();
    }
    expect((await environment.invoke({ name: uniqueName() })).body).toBe('started');
  });

  test('when killed leaves no process, not even one in a session of its own', async () => {
    const { environment, name } = await withChildren();
    expect(processesWith(name).length).toBeGreaterThan(0);
    await environment.sandbox.kill();
    expect(processesWith(name)).toEqual([]);
    expect(await environment.sandbox.exited).toEqual({ code: null, signal: 'SIGKILL', reason: 'killed' });
  });

  test('can be killed while frozen, and again', async () => {
    const { environment, name } = await withChildren();
    await environment.sandbox.freeze();
    await Promise.all([environment.sandbox.kill(), environment.sandbox.kill()]);
    await environment.sandbox.kill();
    await environment.sandbox.freeze();
    await environment.sandbox.thaw();
    expect(processesWith(name)).toEqual([]);
  });

  test('whose runtime ends takes its children along', async () => {
    const name = uniqueName();
    const environment = await OneEnvironment.start({
      code: { 'app.py': `${CHILDREN}\nimport os\nstart = handler\ndef handler(event, context):\n    start(event, context)\n    os._exit(7)` },
      isolation: await detectIsolation([isolation]),
    });
    environment.invoke({ name }).catch(() => undefined);
    expect(await environment.sandbox.exited).toEqual({ code: 7, signal: null, reason: 'exit' });
    expect(processesWith(name)).toEqual([]);
  });

  test('tells that its runtime was ended by a signal', async () => {
    const environment = await OneEnvironment.start({
      code: { 'app.py': 'import os\ndef handler(event, context):\n    os.abort()' },
      isolation: await detectIsolation([isolation]),
    });
    environment.invoke({}).catch(() => undefined);
    expect(await environment.sandbox.exited).toEqual({ code: null, signal: 'SIGABRT', reason: 'exit' });
  });

  test('ends with the process that started it, even if that is killed', async () => {
    const name = uniqueName();
    const holder = spawn(process.execPath, ['--import', 'tsx', path.join(__dirname, 'holder.ts'), isolation, name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise((resolve) => holder.once('exit', resolve));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(processesWith(name).length).toBeGreaterThan(1);
    holder.kill('SIGKILL');
    await exited;
    while (processesWith(name).length > 0) {
      await pause(10);
    }
  });
});

test('an environment that says why it cannot start does so in the error', async () => {
  await expect(
    OneEnvironment.start({
      code: {},
      handler: 'app.handler',
      runtime: 'python3.11',
      isolation: {
        name: 'bubblewrap',
        launch: (layout) => {
          return {
            file: 'sh',
            args: ['-c', 'echo the tool is unhappy >&2; exit 9'],
            input: Buffer.from(layout.workingDirectory),
            outputOn: 'standard-streams',
          };
        },
      },
    }),
  ).rejects.toThrow('the sandbox of app.handler (python3.11) did not start: bubblewrap ended with exit code 9: the tool is unhappy');
});
