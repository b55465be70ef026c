/** Invoke in all its forms: raw bytes to the data plane and back, refusals in Lambda's shape. */
import { InvokeAsyncCommand, InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { eventually, Harness } from './harness';

let bed: Harness;

beforeAll(async () => {
  bed = await Harness.open();
}, 300_000);
afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.handed.length = 0;
  bed.recorder.answer = () => undefined;
});

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:any';

describe('what the data plane is handed', () => {
  it.each([
    ['a name', 'any', undefined],
    ['a name with a qualifier', 'any', 'live'],
    ['a name and qualifier in one', 'any:live', undefined],
    ['an ARN', arn, undefined],
    ['an ARN with an alias', `${arn}:live`, undefined],
    ['a partial ARN', '000000000000:function:any', undefined],
  ])('%s, as called', async (_name, FunctionName, Qualifier) => {
    await bed.lambda.send(new InvokeCommand({ FunctionName, Qualifier }));
    expect(bed.recorder.handed).toEqual([
      expect.objectContaining({ door: 'invoke', function: FunctionName, qualifier: Qualifier ?? '', mode: 'RequestResponse' }),
    ]);
  });

  it('bytes that are no text', async () => {
    const Payload = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a]);
    await bed.lambda.send(new InvokeCommand({ FunctionName: 'any', Payload }));
    expect(bed.recorder.handed[0].body.equals(Payload)).toBe(true);
  });

  it('5 MB, and as many back', async () => {
    const Payload = Buffer.alloc(5 * 1024 * 1024, 'x');
    bed.recorder.answer = ({ body }) => ({ body });
    const answer = await bed.lambda.send(new InvokeCommand({ FunctionName: 'any', Payload }));
    expect(bed.recorder.handed[0].body.equals(Payload)).toBe(true);
    expect(Buffer.from(answer.Payload!).equals(Payload)).toBe(true);
  });

  it.each(['Event', 'DryRun', 'RequestResponse'] as const)('the invocation type %s', async (InvocationType) => {
    bed.recorder.answer = ({ mode }) => ({ status: { Event: 202, DryRun: 204 }[mode] ?? 200 });
    const answer = await bed.lambda.send(new InvokeCommand({ FunctionName: 'any', InvocationType }));
    expect(bed.recorder.handed[0].mode).toBe(InvocationType);
    expect(answer.StatusCode).toBe({ Event: 202, DryRun: 204, RequestResponse: 200 }[InvocationType]);
  });

  it('trace and tenant', async () => {
    await fetch(`${bed.controlPlane.url}/2015-03-31/functions/any/invocations`, {
      method: 'POST',
      body: '{}',
      headers: { 'x-amzn-trace-id': 'Root=1-a;Lineage=1:b:0', 'x-amz-tenant-id': 'blue' },
    });
    expect(bed.recorder.handed[0].headers).toMatchObject({ 'x-amzn-trace-id': 'Root=1-a;Lineage=1:b:0', 'x-amz-tenant-id': 'blue' });
  });

  it('the deprecated InvokeAsync as an event', async () => {
    const answer = await bed.lambda.send(new InvokeAsyncCommand({ FunctionName: 'any', InvokeArgs: '{"a":1}' }));
    expect(bed.recorder.handed[0]).toMatchObject({ mode: 'Event', function: 'any', event: { a: 1 } });
    expect(answer.Status).toBe(202);
  });
});

describe('what the caller gets', () => {
  it('a function error as the data plane gave it', async () => {
    bed.recorder.answer = () => ({ body: '{"errorType":"E","errorMessage":"m"}', headers: { 'x-amz-function-error': 'Unhandled' } });
    const answer = await bed.lambda.send(new InvokeCommand({ FunctionName: 'any' }));
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(Buffer.from(answer.Payload!).toString()).toBe('{"errorType":"E","errorMessage":"m"}');
  });

  it.each([
    [429, 'TooManyRequestsException'],
    [400, 'InvalidRequestContentException'],
    [404, 'ResourceNotFoundException'],
    [413, 'RequestTooLargeException'],
  ])('status %d as %s', async (status, name) => {
    bed.recorder.answer = () => ({ status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ Type: 'User', message: 'because' }) });
    const once = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
    await expect(once.send(new InvokeCommand({ FunctionName: 'any' }))).rejects.toMatchObject({ name, message: 'because' });
  });

  it('ServiceException when the data plane is gone', async () => {
    const other = await Harness.open();
    try {
      await other.recorder.close();
      const once = new LambdaClient({ ...other.clientConfig, maxAttempts: 1 });
      await expect(once.send(new InvokeCommand({ FunctionName: 'any' }))).rejects.toMatchObject({
        name: 'ServiceException',
        message: expect.stringContaining('did not answer'),
      });
    } finally {
      await other.controlPlane.close();
    }
  });

  it('a refusal of an invocation type that does not exist', async () => {
    const response = await fetch(`${bed.controlPlane.url}/2015-03-31/functions/any/invocations`, {
      method: 'POST',
      body: '{}',
      headers: { 'x-amz-invocation-type': 'Sometime' },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(await response.text()).toContain("Value 'Sometime' at 'invocationType'");
    expect(bed.recorder.handed).toEqual([]);
  });

  it('a refusal of response streaming, by name', async () => {
    const once = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
    await expect(once.send(new InvokeWithResponseStreamCommand({ FunctionName: 'any' }))).rejects.toMatchObject({
      name: 'ServiceException',
      message: expect.stringContaining('InvokeWithResponseStream'),
    });
    expect(bed.recorder.handed).toEqual([]);
  });

  it('its answer while a hundred other calls wait for theirs', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    const call = (name: string) => fetch(`${bed.controlPlane.url}/2015-03-31/functions/${name}/invocations`, { method: 'POST', body: '{}' });
    bed.recorder.answer = ({ function: name }) => (name === 'slow' ? held : { body: '"quick"' });
    const waiting = Array.from({ length: 100 }, () => call('slow'));
    await eventually(async () => (bed.recorder.handed.length === 100 ? true : undefined));
    expect(await (await call('quick')).text()).toBe('"quick"');
    release();
    expect((await Promise.all(waiting)).every((response) => response.status === 200)).toBe(true);
  });
});
