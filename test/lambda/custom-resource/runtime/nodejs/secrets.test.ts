/** References to Secrets Manager, which custom resources get literally (reference 1.5, and the seven defects of cfn-lambda-handler: section 3). */
import { createFailedId } from '../../../../../lambda/contract/cloudformation/answer.json';
import { defaultPhysicalResourceId } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/physical-id';
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/results';
import { never, World } from '../../world';
import { request, STACK, START } from './requests';

const DEFAULT_ID = defaultPhysicalResourceId({ StackId: STACK, LogicalResourceId: 'Restore' });
const PASSWORD = 'pa$$"w0rd\\ü-1234';
const SECRET = JSON.stringify({ password: PASSWORD, username: 'admin', port: 5432, nested: { a: 1 } });
const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Db-AbCdEf';
const V1 = '11111111-1111-4111-8111-111111111111';
const V2 = '22222222-2222-4222-8222-222222222222';

let world: World;

beforeEach(() => {
  world = new World();
  let current = V1;
  world.readSecret = async ({ secretId, versionId = current }) => {
    if (secretId !== 'Db' && secretId !== ARN) {
      throw Object.assign(new Error("Secrets Manager can't find the specified secret."), { name: 'ResourceNotFoundException' });
    }
    return { value: versionId === V1 ? SECRET : JSON.stringify({ password: 'rotated-value' }), versionId };
  };
  rotate = () => {
    current = V2;
  };
});

let rotate: () => void;

const withProperties = (properties: Record<string, unknown>) => ({ ResourceProperties: { ServiceToken: 'x', ...properties } });
const ref = (inner: string) => `{{resolve:secretsmanager:${inner}}}`;

/** The properties that create sees. */
async function resolved(properties: Record<string, unknown>): Promise<unknown> {
  let seen: unknown;
  await world.run(
    {
      create: async (req) => {
        seen = req.properties;
        return done();
      },
    },
    request('Create', withProperties(properties)),
  );
  expect(world.answer).toMatchObject({ Status: 'SUCCESS' });
  return seen;
}

test('every legal form is resolved, embedded, several in a text, in lists and maps (cfn_lambda_handler.py:72, :75, :108)', async () => {
  expect(
    await resolved({
      Key: ref('Db:SecretString:password::'),
      Whole: ref('Db'),
      WholeToo: ref('Db:SecretString:::'),
      ByArn: ref(`${ARN}:SecretString:password`),
      Pinned: ref(`${ARN}:SecretString:password::${V2}`),
      Url: `pg://${ref('Db:SecretString:username::')}:${ref('Db:SecretString:password::')}@host:${ref('Db:SecretString:port::')}/db`,
      List: [{ Deep: ref('Db:SecretString:password::') }],
      Json: ref('Db:SecretString:nested::'),
      None: 'plain {{resolve:ssm:x}}',
    }),
  ).toEqual({
    Key: PASSWORD,
    Whole: SECRET,
    WholeToo: SECRET,
    ByArn: PASSWORD,
    Pinned: 'rotated-value',
    Url: `pg://admin:${PASSWORD}@host:5432/db`,
    List: [{ Deep: PASSWORD }],
    Json: '{"a":1}',
    None: 'plain {{resolve:ssm:x}}',
  });
});

test('each version is read once in an execution (cfn_lambda_handler.py:108)', async () => {
  await resolved({ A: ref('Db:SecretString:password::'), B: ref('Db:SecretString:username::'), C: ref('Db') });
  expect(world.secretReads).toEqual([{ secretId: 'Db', versionStage: 'AWSCURRENT' }]);
});

test('a custom stage is read as a stage, a version as a version (cfn_lambda_handler.py:78)', async () => {
  await resolved({ A: ref('Db:SecretString:password:AWSPENDING:'), B: ref(`Db:SecretString:password::${V2}`) });
  expect(world.secretReads).toEqual([
    { secretId: 'Db', versionStage: 'AWSPENDING' },
    { secretId: 'Db', versionId: V2 },
  ]);
});

test('what a secret holds is not resolved again', async () => {
  world.readSecret = async () => ({ value: ref('Other'), versionId: V1 });
  expect(await resolved({ A: ref('Db') })).toEqual({ A: ref('Other') });
});

test('the version read first is read in every later execution, whatever is rotated in between', async () => {
  const seen: unknown[] = [];
  await world.run(
    {
      create: async ({ properties }) => {
        seen.push((properties as { P: unknown }).P);
        rotate();
        return wait({}, { afterSeconds: 900 });
      },
      poll: async ({ properties }) => {
        seen.push((properties as { P: unknown }).P);
        return done();
      },
    },
    request('Create', withProperties({ P: ref('Db:SecretString:password::') })),
  );
  expect(seen).toEqual([PASSWORD, PASSWORD]);
  expect(world.secretReads).toEqual([
    { secretId: 'Db', versionStage: 'AWSCURRENT' },
    { secretId: 'Db', versionId: V1 },
  ]);
  expect(world.payloads[0]).toContain(`"secretVersions":{"Db AWSCURRENT":"${V1}"}`);
});

test.each([
  ['a secret that is not there', ref('Gone:SecretString:k::'), "can't find the specified secret"],
  ['a key that is not there', ref('Db:SecretString:other::'), "no key 'other'"],
  ['a form that is none', ref('Db:SecretBinary:k::'), 'must be SecretString'],
  ['a reference that is cut off', '{{resolve:secretsmanager:Db', 'not well-formed'],
  ["a kind that custom resources can't have", '{{resolve:ssm-secure:x:1}}', 'ssm-secure'],
])("%s fails by the property's name, before create, never as a literal (cfn_lambda_handler.py:94)", async (_, text, reason) => {
  await world.run({}, request('Create', withProperties({ Db: [{ Password: text }] })));
  expect(world.answer).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: createFailedId,
    Reason: expect.stringContaining('ResourceProperties.Db[0].Password'),
  });
  expect(world.answer.Reason).toContain(reason);
});

test('a key denied by KMS is named', async () => {
  world.readSecret = () => Promise.reject(Object.assign(new Error('Access to KMS is not allowed'), { name: 'AccessDeniedException' }));
  await world.run({}, request('Update', withProperties({ P: ref('Db') })));
  expect(world.answer).toMatchObject({
    Status: 'FAILED',
    PhysicalResourceId: 'own-1',
    Reason: expect.stringContaining('Access to KMS is not allowed'),
  });
});

test('a secret of bytes and a secret without keys are named, and not shown', async () => {
  world.readSecret = async ({ secretId }) => ({ value: secretId === 'Text' ? 'not-json-at-all' : undefined, versionId: V1 });
  await world.run({}, request('Create', withProperties({ P: ref('Text:SecretString:k::') })));
  expect(world.answer.Reason).toContain('not a JSON object');
  expect(world.answer.Reason).not.toContain('not-json');
  const bytes = new World();
  bytes.readSecret = async () => ({ versionId: V1 });
  await bytes.run({}, request('Create', withProperties({ P: ref('Db') })));
  expect(bytes.answer.Reason).toContain('holds bytes');
});

test('a read that gets no answer is given up and named, before the execution is used up', async () => {
  world.readSecret = never;
  await world.run({}, request('Create', withProperties({ P: ref('Db') })));
  expect(world.answer.Reason).toContain(
    "ResourceProperties.P: its reference to Secrets Manager can't be resolved (TimeoutError: no answer from Secrets Manager within 10 s; in a VPC",
  );
  expect(world.putTimes).toEqual([START + 10_000]);
});

test('a read that gets no answer in a later execution is ended, and means polling again', async () => {
  const read = world.readSecret;
  const signals: AbortSignal[] = [];
  world.readSecret = (version, signal) => {
    expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map(() => true));
    signals.push(signal!);
    return signals.length === 2 ? never() : read(version);
  };
  const handlers = { create: async () => wait({}, { afterSeconds: 900 }), poll: async () => done() };
  await world.run(handlers, request('Create', withProperties({ P: ref('Db') })));
  expect(world.answer.Status).toBe('SUCCESS');
  expect(signals).toHaveLength(3);
});

test('a secret of another account goes to Secrets Manager by its whole ARN', async () => {
  const other = 'arn:aws:secretsmanager:eu-central-1:999999999999:secret:shared/db-XyZ123';
  world.readSecret = async () => ({ value: SECRET, versionId: V1 });
  await resolved({ A: ref(`${other}:SecretString:password::`) });
  expect(world.secretReads).toEqual([{ secretId: other, versionStage: 'AWSCURRENT' }]);
});

test('members that are no texts come as texts, as from CloudFormation', async () => {
  world.readSecret = async () => ({ value: JSON.stringify({ port: 5432, tls: true, none: null, ratio: 0.5, big: 12345678901 }), versionId: V1 });
  const names = ['port', 'tls', 'none', 'ratio', 'big'];
  expect(await resolved(Object.fromEntries(names.map((name) => [name, ref(`Db:SecretString:${name}::`)])))).toEqual({
    port: '5432',
    tls: 'true',
    none: 'null',
    ratio: '0.5',
    big: '12345678901',
  });
});

test('names of properties and keys that prototypes have are names', async () => {
  world.readSecret = async () => ({ value: '{"__proto__":"from-the-secret"}', versionId: V1 });
  const properties = JSON.parse(`{"__proto__":"${ref('Db:SecretString:__proto__::')}"}`) as Record<string, unknown>;
  expect(Object.entries((await resolved(properties)) as object)).toEqual([['__proto__', 'from-the-secret']]);
  const missing = await new World().run({}, request('Create', withProperties({ P: ref('Db:SecretString:toString::') })));
  expect(missing.answer.Status).toBe('FAILED');
});

test('a number that JSON readers would round fails by name', async () => {
  world.readSecret = async () => ({ value: '{"id":12345678901234567890}', versionId: V1 });
  await world.run({}, request('Create', withProperties({ P: ref('Db:SecretString:id::') })));
  expect(world.answer.Reason).toContain("key 'id' holds a number too long to be exact: store it as a string");
});

test('throttling of a read in a later execution means polling again', async () => {
  let reads = 0;
  const read = world.readSecret;
  world.readSecret = (version) =>
    ++reads === 2 ? Promise.reject(Object.assign(new Error('slow down'), { name: 'ThrottlingException' })) : read(version);
  world.executionTimeout = 60;
  const next = (polls: unknown) => (polls === 0 ? wait(1, { afterSeconds: 30 }) : done());
  const handlers = { create: async () => wait(0, { afterSeconds: 30 }), poll: async (_: unknown, polls: unknown) => next(polls) };
  await world.run(handlers, request('Create', withProperties({ P: ref('Db') })));
  expect(world.answer.Status).toBe('SUCCESS');
  // Again within the same execution
  expect([reads, world.executions]).toEqual([3, 2]);
});

test('a deleted secret does not make a stack undeletable, nor old properties', async () => {
  await world.run({ delete: async () => done() }, request('Delete', withProperties({ P: ref('Gone') })));
  expect(world.answer.Status).toBe('SUCCESS');
  const update = await new World().run({ update: async () => done() }, request('Update', { OldResourceProperties: { P: ref('Gone') } }));
  expect(update.answer.Status).toBe('SUCCESS');
});

test('a delete resolves what it asks for', async () => {
  await world.run(
    {
      delete: async ({ properties }, { resolve }) => {
        expect(properties).toEqual({ P: ref('Db:SecretString:password::') });
        expect(await resolve(properties)).toEqual({ P: PASSWORD });
        await expect(resolve(ref('Gone'))).rejects.toMatchObject({ name: 'UnresolvedSecret', cause: { name: 'ResourceNotFoundException' } });
        return done();
      },
    },
    request('Delete', withProperties({ P: ref('Db:SecretString:password::') })),
  );
  expect(world.answer.Status).toBe('SUCCESS');
});

test('nothing is resolved where that is switched off (cfn_lambda_handler.py:238)', async () => {
  world.environment = { PATIENT_LAMBDA_RESOLVE_SECRETS: 'false' };
  expect(await resolved({ P: ref('Db') })).toEqual({ P: ref('Db') });
  expect(world.secretReads).toEqual([]);
});

describe('a secret that was resolved', () => {
  const properties = withProperties({ P: ref('Db:SecretString:password::'), U: ref('Db:SecretString:username::') });

  test.each([
    ['in the state', async () => wait({ a: [{ b: `x${PASSWORD}` }] }), 'state.a[0].b holds a secret'],
    ['as a key of the state', async () => wait({ [PASSWORD]: 1 }), 'state.**** holds a secret'],
    ['in the id', async () => done({ physicalResourceId: `db-${PASSWORD}` }), 'physicalResourceId holds a secret'],
    ['in the id of a wait', async () => wait({}, { physicalResourceId: PASSWORD }), 'physicalResourceId holds a secret'],
    ['in data without noEcho', async () => done({ data: { Url: `pg://${PASSWORD}@h` } }), 'data.Url holds a secret'],
  ])('%s fails by name', async (_, create, reason) => {
    await world.run({ create, poll: async () => done() }, request('Create', properties));
    expect(world.answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: DEFAULT_ID, Reason: expect.stringContaining(reason) });
    expect(JSON.stringify(world.puts) + world.log + world.payloads.join('')).not.toContain(PASSWORD);
  });

  test('may be in data with noEcho', async () => {
    await world.run({ create: async () => done({ data: { P: PASSWORD }, noEcho: true }) }, request('Create', properties));
    expect(world.answer).toMatchObject({ Status: 'SUCCESS', Data: { P: PASSWORD }, NoEcho: true });
  });

  test('is masked in reasons and in the log, in whatever encoding', async () => {
    await world.run(
      {
        create: async (_, { log }) => {
          log.info(`password ${PASSWORD}`, { PASSWORD, nested: JSON.stringify({ PASSWORD }) });
          throw new Error(`login failed: ${PASSWORD} ${JSON.stringify({ PASSWORD })} ${encodeURIComponent(PASSWORD)}`, {
            cause: new Error(PASSWORD),
          });
        },
      },
      request('Create', properties),
    );
    const everything = JSON.stringify(world.puts) + world.log;
    for (const shown of [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), encodeURIComponent(PASSWORD), 'w0rd']) {
      expect(everything).not.toContain(shown);
    }
    expect(world.answer.Reason).toContain('login failed: ****');
  });

  test('that is short counts only where it stands alone', async () => {
    await world.run(
      { create: async () => done({ physicalResourceId: 'administrators', data: { Role: 'administrator' } }) },
      request('Create', properties),
    );
    expect(world.answer.Status).toBe('SUCCESS');
    const alone = new World();
    alone.readSecret = world.readSecret;
    await alone.run({ create: async () => done({ data: { User: 'admin' } }) }, request('Create', properties));
    expect(alone.answer.Reason).toContain('data.User holds a secret');
  });

  test('as a number of eight digits or more is found as a number; a shorter one may be a counter', async () => {
    world.readSecret = async () => ({ value: '{"pin":12345678,"port":5432}', versionId: V1 });
    const numbers = withProperties({ Pin: ref('Db:SecretString:pin::'), Port: ref('Db:SecretString:port::') });
    await world.run({ create: async () => wait({ port: 5432, pin: 12345678 }), poll: async () => done() }, request('Create', numbers));
    expect(world.answer.Reason).toContain('state.pin holds a secret');
  });

  test('as a whole gives its members away too, where they stand alone', async () => {
    const whole = withProperties({ Db: ref('Db') });
    const other = { engine: 'postgres', password: 'correct-horse-1', deep: ['nested-member'] };
    const run = async (create: () => Promise<unknown>) => {
      const each = new World();
      each.readSecret = async () => ({ value: JSON.stringify(other), versionId: V1 });
      await each.run({ create, poll: async () => done() } as never, request('Create', whole));
      return each.answer;
    };
    expect((await run(async () => wait({ p: 'correct-horse-1' }))).Reason).toContain('state.p holds a secret');
    expect((await run(async () => done({ data: { D: 'nested-member' } }))).Reason).toContain('data.D holds a secret');
    expect((await run(async () => done({ data: { Engine: 'aurora-postgresql' } }))).Status).toBe('SUCCESS');
    expect((await run(() => Promise.reject(new Error('login correct-horse-1 failed')))).Reason).toContain('login **** failed');
  });

  test('is in no payload, answer, log line or record of a whole operation (cfn_lambda_handler.py:133, :159)', async () => {
    let polls = 0;
    await world.run(
      {
        create: async (_, { log }) => {
          log.warn('begun', { properties: PASSWORD });
          return wait({ n: 0 }, { afterSeconds: 900, physicalResourceId: 'made' });
        },
        poll: async () => {
          if (++polls < 3) {
            return wait({ n: polls }, { afterSeconds: 900 });
          }
          throw new Error(`gave up with ${PASSWORD}`);
        },
      },
      request('Create', properties),
    );
    const everything = JSON.stringify([world.puts, world.lines, world.payloads, world.records]);
    expect(everything).not.toContain('w0rd');
    expect(world.executions).toBeGreaterThan(3);
    expect(world.answer.Status).toBe('FAILED');
  });
});
