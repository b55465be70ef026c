import { run } from '../../scripts/command';

const node = (script: string, environment?: Record<string, string>) => run(process.execPath, ['-e', script], { quiet: true, environment });

test('a command that succeeds gives what it wrote to both outputs', async () => {
  expect(await node("console.log('out'); console.error('error')")).toEqual({ code: 0, output: 'out\nerror\n' });
});

test('a command that fails is a result with its exit code and its output', async () => {
  expect(await node("console.error('why'); process.exit(3)")).toEqual({ code: 3, output: 'why\n' });
});

test('a command that a signal ends has the exit code 128', async () => {
  expect(await node("process.kill(process.pid, 'SIGKILL')")).toEqual({ code: 128, output: '' });
});

test('a command that is not there is a result that names it', async () => {
  const { code, output } = await run('no-such-command', [], { quiet: true });
  expect(code).toBe(128);
  expect(output).toMatch(/^no-such-command: .*ENOENT/);
});

test('a command sees the allow-listed environment and what it is given, and no more', async () => {
  process.env.SOME_SECRET = 's';
  try {
    const { output } = await node('console.log(JSON.stringify(process.env))', { MORE: '1' });
    expect(JSON.parse(output)).toMatchObject({ MORE: '1', PATH: process.env.PATH });
    expect(output).not.toContain('SOME_SECRET');
  } finally {
    delete process.env.SOME_SECRET;
  }
});
