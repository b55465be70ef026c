/** A bed whose program is killed leaves no process, port or file, long before what it was doing would have ended by itself. */
import * as fs from 'node:fs';

import { listens, Program, runs } from './program';

/** A limit, not an expectation, and a small part of the ten minutes and more that the function and the deployment would take. */
const PATIENCE_MS = 60_000;

async function expectNothingLeft(pids: readonly number[], endpoint: string, directory: string): Promise<void> {
  const left = async () => ({ processes: pids.filter(runs), port: await listens(endpoint), directory: fs.existsSync(directory) });
  const deadline = Date.now() + PATIENCE_MS;
  let now = await left();
  while (Date.now() < deadline && (now.processes.length > 0 || now.port || now.directory)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    now = await left();
  }
  expect(now).toEqual({ processes: [], port: false, directory: false });
}

/** Kills whatever a failed test would leave. */
function sweep(pids: readonly number[]): void {
  for (const pid of pids.filter(runs)) {
    process.kill(pid, 'SIGKILL');
  }
}

describe.each([
  ['SIGKILL', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['Ctrl-C', (pid: number) => process.kill(-pid, 'SIGINT')],
])('%s', (_name, end) => {
  it('in the middle of an invocation', async () => {
    const program = new Program('invoke');
    await program.says('started');
    const { endpoint, directory } = program.said;
    const pids = program.processes();
    try {
      expect(pids.length).toBeGreaterThan(4); // the program, the launcher, the sandbox's parts, the function and its child
      expect(await listens(endpoint)).toBe(true);
      end(program.pid);
      await expectNothingLeft(pids, endpoint, directory);
    } finally {
      sweep(pids);
    }
  }, 300_000);

  it('in the middle of a deployment', async () => {
    const program = new Program('deploy');
    await program.says('started');
    const { endpoint, directory } = program.said;
    const pids = program.processes();
    try {
      const commands = pids.map((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      expect(commands.some((command) => command.includes('aws-cdk/bin/cdk deploy'))).toBe(true);
      end(program.pid);
      await expectNothingLeft(pids, endpoint, directory);
    } finally {
      sweep(pids);
    }
  }, 300_000);
});
