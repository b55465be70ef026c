/** What the guide says of failures and secrets is so. */
import { runOperation } from 'cdk-patient-lambda/handler/testing';

import { handler } from './user';
import { users } from './users';

const PASSWORD = '{{resolve:secretsmanager:Db:SecretString:password::}}';
const NEW_USER = { RequestType: 'Create', ResourceProperties: { Name: 'ann', Password: PASSWORD } } as const;
const secrets = { Db: { password: 'correct horse battery' }, Old: { password: 'an older one, as long' } };

beforeEach(() => {
  jest.spyOn(users, 'create').mockResolvedValue('u-1');
  jest.spyOn(users, 'setPassword').mockResolvedValue();
  jest.spyOn(users, 'token').mockResolvedValue('token');
});

test('handlers get the secret, CloudFormation never sees it', async () => {
  expect((await runOperation(handler, NEW_USER, { secrets })).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: 'u-1', noEcho: true });
  expect(users.setPassword).toHaveBeenCalledWith('u-1', 'correct horse battery');

  jest.spyOn(users, 'setPassword').mockRejectedValue(new Error('refused: correct horse battery'));
  const failed = await runOperation(handler, NEW_USER, { secrets });
  expect(failed.answer).toMatchObject({
    status: 'FAILED',
    physicalResourceId: 'u-1',
    reason: expect.stringContaining('ResourceFailure: the user was made, but has no password (Error: refused: ****)'),
  });
});

test('a reference that cannot be resolved fails by name, before any code runs', async () => {
  const { answer } = await runOperation(handler, NEW_USER);
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('UnresolvedSecret: ResourceProperties.Password: ') });
  expect(users.create).not.toHaveBeenCalled();
});

test('old properties hold references as they are, to be resolved when wanted', async () => {
  const update = { ...NEW_USER, RequestType: 'Update', OldResourceProperties: { Password: PASSWORD.replace('Db', 'Old') } } as const;
  await runOperation(handler, update, { secrets });
  expect(users.setPassword).toHaveBeenCalledTimes(1);
  await runOperation(handler, { ...update, OldResourceProperties: NEW_USER.ResourceProperties }, { secrets });
  expect(users.setPassword).toHaveBeenCalledTimes(1);
});

test('a secret among the attributes needs noEcho', async () => {
  jest.spyOn(users, 'token').mockResolvedValue('correct horse battery');
  expect((await runOperation(handler, NEW_USER, { secrets })).answer).toMatchObject({ status: 'SUCCESS', noEcho: true });
});
