/** The public face: types as authors meet them (held by the compiler), the check at load, and an invocation as Lambda makes it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { customResource, done, type ResourceHandlers, runOperation, wait } from '../../../../lambda/custom-resource/handler';
import { request } from './requests';

interface Restore {
  readonly snapshot: string;
}

const parse = (raw: Readonly<Record<string, unknown>>): Restore => {
  if (typeof raw.Snapshot !== 'string') {
    throw new Error('Snapshot must be the id of a snapshot');
  }
  return { snapshot: raw.Snapshot };
};

describe('types', () => {
  test('are inferred: properties from parse, the state from wait, attributes from done', async () => {
    const handler = customResource({
      parse,
      create: async (req, ctx) => {
        const snapshot: string = req.properties.snapshot;
        // @ts-expect-error the name of a property is checked
        expect(req.properties.snapshto).toBeUndefined();
        return wait({ job: `${snapshot}-${ctx.hop}` });
      },
      update: async (req) => {
        const old: unknown = req.oldProperties?.Snapshot;
        expect(old).toBeUndefined();
        return wait({ job: req.properties.snapshot });
      },
      delete: async (req) => {
        const raw: unknown = req.properties.Snapshot;
        expect(raw).toBe('s');
        return done();
      },
      poll: async (req, state) => {
        const job: string = state.job;
        // @ts-expect-error the state is what wait was given
        expect(state.jbo).toBeUndefined();
        return req.requestType === 'Delete' ? done() : done({ data: { Job: job, Snapshot: req.properties.snapshot } });
      },
    });
    const { answer } = await runOperation(handler, { RequestType: 'Create', ResourceProperties: { Snapshot: 's' } });
    expect(answer).toMatchObject({ status: 'SUCCESS', data: { Job: 's-0', Snapshot: 's' } });
  });

  test('need no poll where nothing waits', () => {
    customResource({ create: async () => done(), update: async () => done(), delete: async () => done() });
  });

  test('need a poll where something waits', () => {
    // @ts-expect-error poll is missing
    customResource({ create: async () => wait({ job: 1 }), update: async () => done(), delete: async () => done() });
  });

  test('refuse a state that is not JSON', () => {
    // @ts-expect-error a Date is no JSON
    wait({ at: new Date() });
  });

  test('fit a map of types', () => {
    const restore: ResourceHandlers<Restore, { job: string }> = {
      parse,
      create: async () => wait({ job: 'j' }),
      update: async () => done(),
      delete: async () => done(),
      poll: async (_, state) => done({ physicalResourceId: state.job }),
    };
    const handler = customResource({ 'Custom::Restore': restore, 'Custom::Copy': { ...restore, create: async () => done() } });
    expect(Object.keys(handler.definition)).toEqual(['Custom::Restore', 'Custom::Copy']);
  });
});

test.each([
  [{}, 'was given no handlers'],
  [{ create: async () => done() }, 'the handler must have create, update and delete; missing: update, delete'],
  [{ 'Custom::A': { create: async () => done(), update: async () => done() } }, 'Custom::A must have create, update and delete; missing: delete'],
])('a handler that lacks something fails at load: %p', (handlers, message) => {
  expect(() => customResource(handlers as never)).toThrow(message);
});

describe('an invocation by Lambda', () => {
  test('answers over the network', async () => {
    const bodies: string[] = [];
    const server = createServer((incoming, outgoing) => {
      incoming.setEncoding('utf8').on('data', (chunk: string) => bodies.push(chunk)).on('end', () => outgoing.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    jest.replaceProperty(process, 'env', { AWS_ENDPOINT_URL: origin });
    const handler = customResource({ create: async () => done(), update: async () => done(), delete: async () => done({ physicalResourceId: 'own-1' }) });
    const context = { invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:f', logStreamName: 's', getRemainingTimeInMillis: () => 60_000 };
    try {
      await handler({ ...request('Delete'), ResponseURL: `${origin}/answer` }, context);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(JSON.parse(bodies.join(''))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'own-1' });
    expect(lines.join('')).toContain('"next":"SUCCESS"');
  });
});
