import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

import { ControlPlaneFunctions, environmentIdentity } from '../../../local/data-plane/function-configuration';
import { DeclaredFunctions } from './functions';

let answer: (url: URL) => { status: number; headers?: Record<string, string>; body: string };
let server: http.Server;
let functions: ControlPlaneFunctions;

beforeEach(async () => {
  server = http.createServer((request, response) => {
    const { status, headers, body } = answer(new URL(request.url!, 'http://bed'));
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  functions = new ControlPlaneFunctions(() => `http://127.0.0.1:${port}`);
});

afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

test('a function is asked for by the name and qualifier that were called', async () => {
  let asked: URL | undefined;
  answer = (url) => {
    asked = url;
    return { status: 200, body: '{"functionName":"f"}' };
  };
  expect(await functions.configuration('arn:aws:lambda:us-east-1:000000000000:function:f', 'live & well')).toEqual({ functionName: 'f' });
  expect(asked!.pathname).toBe('/_bed/function');
  expect(Object.fromEntries(asked!.searchParams)).toEqual({ name: 'arn:aws:lambda:us-east-1:000000000000:function:f', qualifier: 'live & well' });
});

test("an error of Lambda's API is taken over", async () => {
  answer = () => ({ status: 400, headers: { 'x-amzn-errortype': 'InvalidParameterValueException' }, body: '{"Message":"The qualifiers differ."}' });
  await expect(functions.configuration('f', '')).rejects.toMatchObject({
    status: 400,
    code: 'InvalidParameterValueException',
    message: 'The qualifiers differ.',
  });
  answer = () => ({ status: 404, body: '{"Type":"User","Message":"Function not found: f"}' });
  await expect(functions.configuration('f', '')).rejects.toMatchObject({
    status: 404,
    code: 'ResourceNotFoundException',
    message: 'Function not found: f',
  });
});

test('a control plane that fails or is gone is a service error that names what was asked', async () => {
  answer = () => ({ status: 500, body: 'Traceback' });
  await expect(functions.configuration('f', '')).rejects.toMatchObject({
    status: 500,
    code: 'ServiceException',
    message: expect.stringMatching(/500 to .*_bed\/function\?name=f.*Traceback/),
  });
  await expect(new ControlPlaneFunctions(() => 'http://127.0.0.1:1').configuration('f', '')).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining('_bed/function'),
  });
});

test('code of another version than the configuration names is refused', async () => {
  const declared = new DeclaredFunctions();
  declared.declare('f', { version: '2' });
  const configuration = await declared.configuration('f', '');
  answer = (url) => ({
    status: 200,
    headers: { 'x-code-sha256': url.searchParams.get('qualifier') === '2' ? 'another' : configuration.codeSha256 },
    body: 'zip',
  });
  await expect(functions.code(configuration)).rejects.toMatchObject({
    status: 409,
    code: 'ResourceConflictException',
    message: expect.stringContaining('another'),
  });
  answer = () => ({ status: 200, headers: { 'x-code-sha256': configuration.codeSha256 }, body: 'zip' });
  expect((await functions.code(configuration)).toString()).toBe('zip');
});

test('environments are shared by qualifiers, not by revisions', async () => {
  const declared = new DeclaredFunctions();
  declared.declare('f', { version: '2', revisionId: 'r' });
  declared.declare('f', { version: '2', revisionId: 'r', qualifier: 'live', eventInvokeConfig: { maximumRetryAttempts: 0 } });
  declared.declare('f', { version: '2', revisionId: 's', qualifier: 'other' });
  const [plain, live, other] = await Promise.all(['', 'live', 'other'].map((qualifier) => declared.configuration('f', qualifier)));
  expect(environmentIdentity(live)).toBe(environmentIdentity(plain));
  expect(environmentIdentity(other)).not.toBe(environmentIdentity(plain));
});
