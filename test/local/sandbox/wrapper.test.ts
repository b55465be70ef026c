import { closeAll, OneEnvironment } from './environment';

afterEach(closeAll);

const APP = {
  'app.py': 'import os\ndef handler(event, context):\n    return [os.environ.get("WRAPPED"), os.getpid()]',
  'index.mjs': 'export const handler = async () => [process.env.WRAPPED, process.pid];',
};
const RUNTIMES = [
  ['python3.11', 'app.handler', '/var/lang/bin/python3.11 /var/runtime/bootstrap.py'],
  [
    'nodejs20.x',
    'index.handler',
    '/var/lang/bin/node --expose-gc --max-http-header-size 81920 --max-semi-space-size=12 --max-old-space-size=231 --no-experimental-require-module /var/runtime/index.mjs',
  ],
] as const;

describe.each(RUNTIMES)('AWS_LAMBDA_EXEC_WRAPPER on %s', (runtime, handler, command) => {
  const start = async (wrapper: string, layer: Parameters<typeof OneEnvironment.start>[0]['layer']) =>
    OneEnvironment.start({ runtime, handler, code: APP, layer, variables: { AWS_LAMBDA_EXEC_WRAPPER: wrapper } });

  test('gets the interpreter and all its arguments, and what it sets reaches the function', async () => {
    const environment = await start('/opt/wrapper', {
      wrapper: { text: '#!/bin/bash\necho "<$0>" "$@"\nexport WRAPPED=yes\nexec "$@"\n', mode: 0o755 },
    });
    expect((await environment.invoke({})).body[0]).toBe('yes');
    expect(environment.output).toContain(`</opt/wrapper> ${command}\n`);
  });

  test('that is not there ends the environment with 127', async () => {
    const environment = await start('/opt/absent', {});
    expect(await environment.sandbox.exited).toEqual({ code: 127, signal: null, reason: 'exit' });
    expect(environment.output).toBe('/opt/absent: does not exist\n');
  });

  test('that is a directory counts as not there', async () => {
    const environment = await start('/opt/bin', { 'bin/wrapper': '#!/bin/sh\n' });
    expect((await environment.sandbox.exited).code).toBe(127);
    expect(environment.output).toBe('/opt/bin: does not exist\n');
  });

  test('that may not be executed ends it with 126', async () => {
    const environment = await start('/opt/wrapper', { wrapper: { text: '#!/bin/sh\nexec "$@"\n', mode: 0o644 } });
    expect(await environment.sandbox.exited).toEqual({ code: 126, signal: null, reason: 'exit' });
    expect(environment.output).toBe('/opt/wrapper: is not an executable\n');
  });

  test('that fails by itself ends it with its own code', async () => {
    const environment = await start('/opt/wrapper', { wrapper: { text: '#!/bin/sh\necho no >&2\nexit 3\n', mode: 0o755 } });
    expect(await environment.sandbox.exited).toEqual({ code: 3, signal: null, reason: 'exit' });
    expect(environment.output).toBe('no\n');
  });

  test('that is empty counts as none', async () => {
    const environment = await start('', {});
    expect((await environment.invoke({})).body[0] ?? null).toBeNull();
  });
});
