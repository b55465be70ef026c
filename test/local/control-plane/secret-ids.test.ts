/** A secret's Ref is its ARN through create, update, replacement and deletion. */
import { DeleteStackCommand, DescribeStacksCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { eventually, Harness } from './harness';

let bed: Harness;
beforeAll(async () => {
  bed = await Harness.open();
}, 300_000);
afterAll(() => bed?.close());

const template = (Name: string, SecretString: string) => ({
  Resources: { Vault: { Type: 'AWS::SecretsManager::Secret', Properties: { Name, SecretString } } },
  Outputs: { Vault: { Value: { Ref: 'Vault' } } },
});

it('is an ARN that the service knows, and stays when only the value changes', async () => {
  const secrets = new SecretsManagerClient(bed.clientConfig);
  const output = async () => (await bed.settled('Secrets')).Outputs![0].OutputValue!;
  const update = (body: object) => bed.cloudFormation.send(new UpdateStackCommand({ StackName: 'Secrets', TemplateBody: JSON.stringify(body) }));
  const value = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;

  await bed.createStack('Secrets', template('team/vault', 'one'));
  const arn = await output();
  expect(arn).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:team\/vault-.{6}$/);
  expect(await value(arn)).toBe('one');
  await update(template('team/vault', 'two'));
  expect(await output()).toBe(arn);
  expect(await value(arn)).toBe('two');
  await update(template('team/other', 'three'));
  const renamed = await output();
  expect(renamed).toContain(':secret:team/other-');
  expect(await value(renamed)).toBe('three');
  await bed.cloudFormation.send(new DeleteStackCommand({ StackName: 'Secrets' }));
  await eventually(async () =>
    bed.cloudFormation.send(new DescribeStacksCommand({ StackName: 'Secrets' })).then(
      () => undefined,
      () => true,
    ),
  );
  expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
});
