/** References to Secrets Manager in properties, literal as from CloudFormation: the handler sees the secret, nothing else does. */
import { createHash, randomBytes } from 'node:crypto';

import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { eventually } from '../support/eventually';
import { notAllowed, type Statement, statementsOf } from '../support/least-privilege';
import { type Call, ResourceStacks } from '../support/resource-stack';
import { seen, traces } from '../support/traces';

jest.setTimeout(300_000);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
/** Longer than what may happen to be somewhere, and with characters that JSON and URLs write in another way. */
const secretValue = () => ({ user: `user-${randomBytes(8).toString('hex')}`, password: `p"a/s s-${randomBytes(16).toString('hex')}` });
type Secret = ReturnType<typeof secretValue>;

const first = secretValue();
const second = secretValue();
const canary = `canary-${randomBytes(16).toString('hex')}`;
const digests = ({ user, password }: Secret, pinned: Secret) => ({
  ByCdk: sha256(password),
  Whole: sha256(JSON.stringify({ user, password })),
  Several: sha256(`pg://${user}:${password}@db`),
  Deep: sha256(password),
  Pinned: sha256(pinned.password),
});

let stacks: ResourceStacks;
let secrets: SecretsManagerClient;
let context: Record<string, string>;
let outputs: Record<string, string>;
const statements: Record<string, Statement[]> = {};

beforeAll(async () => {
  stacks = await ResourceStacks.open();
  secrets = new SecretsManagerClient(stacks.bed.clientConfig);
  const { ARN, VersionId } = await secrets.send(new CreateSecretCommand({ Name: 'vault', SecretString: JSON.stringify(first) }));
  await secrets.send(new CreateSecretCommand({ Name: 'canary', SecretString: canary }));
  context = { vaultArn: ARN!, vaultVersion: VersionId! };
  const deployment = stacks.deploy('Secrets', 'create', context);
  // Rotated while the create is under way
  await Promise.race([
    deployment,
    eventually(
      () => stacks.calls('Secrets').catch(() => []),
      (calls) => calls.length > 0,
      200,
    ),
  ]);
  await secrets.send(new PutSecretValueCommand({ SecretId: 'vault', SecretString: JSON.stringify(second) }));
  outputs = await deployment;
  for (const name of ['Function', 'Responder']) {
    statements[name] = await statementsOf(stacks.bed, outputs[name]);
  }
}, 600_000);

afterAll(() => stacks?.bed.close());

const calls = (requestType: string) => stacks.calls('Secrets').then((all) => all.filter((call: Call) => call.requestType === requestType));

test('a handler sees secrets in every form of a reference, and the same version in every execution after a rotation', async () => {
  const seenByHandler = await calls('Create');
  expect(seenByHandler[0]).toMatchObject({ call: 'create', hop: 0, properties: digests(first, first) });
  const late = seenByHandler.filter(({ hop }) => hop > 1);
  expect(late.length).toBeGreaterThan(0);
  for (const { properties } of seenByHandler) {
    expect(properties).toEqual(digests(first, first));
  }
  expect(outputs.VaultedDigest).toBe(sha256(first.password));
});

test('an update sees the present secret, and old properties as CloudFormation sent them; what it throws and logs is masked', async () => {
  await expect(stacks.deploy('Secrets', 'leak', context)).rejects.toThrow(/could not connect to pg:\/\/\*\*\*\*:\*\*\*\*@db/);
  const [leaking, back] = await calls('Update');
  for (const update of [leaking, back]) {
    expect(update.properties).toEqual(digests(second, first));
    expect(update.old).toMatchObject({
      ByCdk: '{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:vault:SecretString:password::}}',
      Whole: '{{resolve:secretsmanager:vault}}',
    });
  }
  expect((await stacks.stack('Secrets')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
});

test('no event, state, record, log line, answer or stack event holds the secret; what a handler itself prints is found', async () => {
  const found = await eventually(
    () => traces(stacks, 'Secrets'),
    (all) => seen(all, canary).some((where) => where.startsWith('log ')),
  );
  // The search sees what it is meant to see
  expect(seen(found, '{{resolve:secretsmanager:vault')).toEqual(
    expect.arrayContaining([
      `event of ${outputs.Function} (cloudformation)`,
      `event of ${outputs.Function} (invoke)`,
      `request lambda:InvokeFunction of ${outputs.Function}`,
      'template',
      'calls',
    ]),
  );
  expect(seen(found, 'state-of-the-secrets-test')).toEqual([
    `event of ${outputs.Function} (invoke)`,
    `request lambda:InvokeFunction of ${outputs.Function}`,
  ]);
  expect(seen(found, 'could not connect to pg://****')).toEqual(
    expect.arrayContaining(['request s3:PutObject of nobody', expect.stringMatching(/^log /), 'stack events']),
  );
  // The length of a digest: the code that ended itself had seen the secret
  expect(seen(found, 'exit status 64')).toEqual(
    expect.arrayContaining([
      `result of ${outputs.Function}`,
      `event of ${outputs.Responder} (invoke)`,
      'request s3:PutObject of nobody',
      'stack events',
    ]),
  );
  expect(seen(found, canary)).toEqual(expect.arrayContaining([expect.stringMatching(/^log /), expect.stringContaining('logs:PutLogEvents')]));

  for (const { user, password } of [first, second]) {
    for (const secret of [password, password.slice(-32), user, user.slice(-16)]) {
      expect(seen(found, secret)).toEqual([]);
    }
  }
});

test('a function and its responder ask AWS for nothing but what their roles allow', async () => {
  const { Function: reader, Responder: responder } = outputs;
  expect(notAllowed(stacks.bed, reader, statements.Function)).toEqual([]);
  expect(notAllowed(stacks.bed, responder, statements.Responder)).toEqual([]);
  const asked = new Set(
    stacks.bed
      .requests()
      .filter(({ functionName }) => functionName === reader)
      .map(({ action }) => action),
  );
  expect([...asked].sort()).toEqual(['cloudformation:DescribeStacks', 'dynamodb:PutItem', 'lambda:InvokeFunction', 'secretsmanager:GetSecretValue']);
  // Each statement is needed: without it, something that was asked is not allowed
  for (const action of asked) {
    const without = statements.Function.filter(({ Action }) => ![Action].flat().includes(action!));
    expect(notAllowed(stacks.bed, reader, without)).not.toEqual([]);
  }
});

test('a secret that is gone leaves the stack deletable', async () => {
  await secrets.send(new DeleteSecretCommand({ SecretId: 'vault', ForceDeleteWithoutRecovery: true }));
  await stacks.destroy('Secrets');
  expect((await stacks.stack('Secrets')).StackStatus).toBe('DELETE_COMPLETE');
  const [removed] = await calls('Delete');
  expect(removed).toMatchObject({ call: 'delete', physicalResourceId: 'vaulted', properties: { Whole: '{{resolve:secretsmanager:vault}}' } });
  expect(removed.resolved).toMatch(/reference to Secrets Manager can't be resolved/);
});
