/** A way to start a function that the table does not know is refused by name, and nothing runs. */
import { botocore, eventually, Harness } from './harness';

let bed: Harness;
beforeAll(async () => {
  bed = await Harness.open();
}, 300_000);
afterAll(() => bed?.close());

it('refuses a Cognito trigger, which has no row', async () => {
  const LambdaArn = await bed.createFunction('gatekeeper');
  const { UserPool } = await botocore(bed, 'cognito-idp', 'create_user_pool', { PoolName: 'people', LambdaConfig: { PreSignUp: LambdaArn } });
  const { UserPoolClient } = await botocore(bed, 'cognito-idp', 'create_user_pool_client', { UserPoolId: UserPool.Id, ClientName: 'app' });
  await botocore(bed, 'cognito-idp', 'sign_up', { ClientId: UserPoolClient.ClientId, Username: 'ann', Password: 'Sesame-0pen!' }).catch(
    () => undefined,
  );
  const undelivered = await eventually(async () => bed.controlPlane.undelivered[0]);
  expect(undelivered).toMatchObject({ trigger: 'unknown', function: LambdaArn, reason: expect.stringContaining("not in the bed's table") });
  expect(bed.recorder.handed).toEqual([]);
});
