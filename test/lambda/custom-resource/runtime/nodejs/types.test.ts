/** Types as authors meet them. What is not allowed is held by the compiler (`@ts-expect-error`), which lint runs. */
import { customResource, done, type ResourceHandlers, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { runOperation } from '../../../../../lambda/custom-resource/runtime/nodejs/testing/run-operation';

interface Restore {
  readonly snapshot: string;
}

const parse = (raw: Readonly<Record<string, unknown>>): Restore => {
  if (typeof raw.Snapshot !== 'string') {
    throw new Error('Snapshot must be the id of a snapshot');
  }
  return { snapshot: raw.Snapshot };
};

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
      return done({ data: { Job: job, Snapshot: req.properties.snapshot } }); // without a look at requestType, for no Delete waits
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

test('need no poll where nothing waits, with types given too', () => {
  const create = async (req: { readonly properties: Restore }) => done({ physicalResourceId: req.properties.snapshot });
  customResource<Restore>({ parse, create, update: async () => done(), delete: async () => done() });
  customResource<Restore, never, { Arn: string }>({
    create: async () => done({ data: { Arn: 'a' } }),
    update: async () => done(),
    delete: async () => done(),
  });
  // @ts-expect-error nothing is said of a state, so nothing waits
  customResource<Restore>({ create: async () => wait({ job: 1 }), update: async () => done(), delete: async () => done() });
});

test('need a poll where there is a state', () => {
  type State = { readonly job: string; readonly tries: number };
  customResource<Restore, State>({
    parse,
    create: async (req) => wait({ job: req.properties.snapshot, tries: 0 }, { afterSeconds: 5 }),
    update: async () => done(),
    delete: async () => done(),
    poll: async (_, state) => (state.tries > 3 ? done({ data: { Any: state.job } }) : wait({ ...state, tries: state.tries + 1 })),
  });
  // @ts-expect-error poll is missing
  customResource<Restore, State>({ parse, create: async () => done(), update: async () => done(), delete: async () => done() });
  customResource<Restore, State>({
    // @ts-expect-error a state is of one shape
    create: async () => wait({ job: 7 }),
    update: async () => done(),
    delete: async () => done(),
    poll: async () => done(),
  });
});

test('hold attributes to the names given', () => {
  customResource<Restore, never, { Arn: string }>({
    create: async () => done({ data: { Arn: 'a' } }),
    // @ts-expect-error a name that is misspelt
    update: async () => done({ data: { Arm: 'a' } }),
    delete: async () => done(),
  });
});

test('let handlers be methods, and poll return its own kind of wait', async () => {
  const handler = customResource({
    async create(req) {
      return wait({ step: 1, table: String(req.properties.Table) }, { physicalResourceId: 'table-1' });
    },
    async update() {
      return done();
    },
    async delete() {
      return done();
    },
    async poll(_, state) {
      return state.step > 3 ? done({ data: { Table: state.table } }) : wait({ ...state, step: state.step + 1 });
    },
    async onTimeout(_, state) {
      const table: string | undefined = state?.table;
      return void table;
    },
  });
  const { answer } = await runOperation(handler, { RequestType: 'Create', ResourceProperties: { Table: 'orders' } });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'table-1', data: { Table: 'orders' } });
});

test('know which request has an id, and which properties', () => {
  customResource<Restore, null>({
    parse,
    create: async (req) => {
      // @ts-expect-error a create has none before a wait names it
      const id: string = req.physicalResourceId;
      return done({ physicalResourceId: id ?? req.properties.snapshot });
    },
    update: async (req) => {
      const id: string = req.physicalResourceId;
      return done({ physicalResourceId: id });
    },
    delete: async (req) => {
      // @ts-expect-error raw properties are unknown: an older version of the code may have taken others
      const snapshot: string = req.properties.snapshot;
      return done({ physicalResourceId: snapshot ?? req.physicalResourceId });
    },
    poll: async (req) => {
      if (req.requestType === 'Update') {
        const id: string = req.physicalResourceId;
        const snapshot: string = req.properties.snapshot;
        return done({ physicalResourceId: id + snapshot });
      }
      return done();
    },
  });
});

test('show no handler the ResponseURL', () => {
  customResource({
    create: async (req) => {
      // @ts-expect-error whoever has it can forge the answer
      const url: unknown = req.responseUrl ?? req.ResponseURL;
      return done({ physicalResourceId: String(url) });
    },
    update: async () => done(),
    delete: async () => done(),
  });
});

test('let parse take time, and the properties are what it comes to', () => {
  customResource({
    parse: async (raw) => parse(raw),
    create: async (req) => {
      const snapshot: string = req.properties.snapshot;
      // @ts-expect-error the name of a property is checked
      return done({ physicalResourceId: req.properties.snapshto ?? snapshot });
    },
    update: async () => done(),
    delete: async () => done(),
  });
});

test('let onTimeout and onCancel return what stopping returns', () => {
  const api = { cancel: async (job: string) => ({ stopped: job }) };
  customResource<Restore, { job: string }>({
    parse,
    create: async () => wait({ job: 'j' }),
    update: async () => done(),
    delete: async () => done(),
    poll: async () => done(),
    onTimeout: (_, state) => state && api.cancel(state.job),
    onCancel: (_, state) => api.cancel(state?.job ?? ''),
  });
});
