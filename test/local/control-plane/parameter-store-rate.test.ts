/** Parameter Store refuses what is asked beyond its rate, whoever asks, and the record of requests says what and who. */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DeleteParameterCommand, GetParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { virtualEnvironment } from '../../../local/control-plane/virtual-environment';
import { eventually, Harness } from './harness';

const CONTROL_PLANE = path.join(__dirname, '../../../local/control-plane');

// So slow that nothing comes back while a test runs
const PER_SECOND = 0.001;

const clients = (bed: Harness, accessKeyId: string) =>
  new SSMClient({ ...bed.clientConfig, credentials: { accessKeyId, secretAccessKey: 'x' }, maxAttempts: 1 });

async function withBed(parameterStoreRequestsPerSecond: number | undefined, use: (bed: Harness) => Promise<void>): Promise<void> {
  const bed = await Harness.open({ parameterStoreRequestsPerSecond });
  try {
    await use(bed);
  } finally {
    await bed.close();
  }
}

it('refuses every action on parameters once the rate is used up, as AWS words it, and no other service', () =>
  withBed(PER_SECOND, async (bed) => {
    await clients(bed, 'ASIATHEFIRST00000000').send(new PutParameterCommand({ Name: '/p', Value: 'v', Type: 'String' }));
    const second = clients(bed, 'ASIATHESECOND0000000');
    for (const refused of [
      second.send(new GetParameterCommand({ Name: '/p' })),
      second.send(new GetParametersCommand({ Names: ['/p'] })),
      second.send(new PutParameterCommand({ Name: '/p', Value: 'w', Overwrite: true })),
      second.send(new DeleteParameterCommand({ Name: '/p' })),
    ]) {
      await expect(refused).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } });
    }
    await new DynamoDBClient(bed.clientConfig).send(new ListTablesCommand({}));

    const throttled = await eventually(async () => {
      const found = bed.controlPlane.requests.filter((request) => request.throttled);
      return found.length === 4 ? found : undefined;
    });
    expect(throttled.map(({ action, accessKeyId, status }) => `${action} ${accessKeyId} ${status}`).sort()).toEqual(
      ['DeleteParameter', 'GetParameter', 'GetParameters', 'PutParameter'].map((action) => `ssm:${action} ASIATHESECOND0000000 400`),
    );
    expect(bed.controlPlane.requests).toContainEqual(expect.objectContaining({ action: 'ssm:PutParameter', status: 200, throttled: false }));
  }));

it('takes 40 requests at once by default, and more of them a moment later', () =>
  withBed(undefined, async (bed) => {
    const ssm = new SSMClient({ ...bed.clientConfig, maxAttempts: 1 });
    await ssm.send(new PutParameterCommand({ Name: '/p', Value: 'v', Type: 'String' }));
    const answers = await Promise.allSettled(Array.from({ length: 39 }, () => ssm.send(new GetParameterCommand({ Name: '/p' }))));
    expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
    await eventually(() =>
      ssm.send(new GetParameterCommand({ Name: '/p' })).then(
        () => true as const,
        () => undefined,
      ),
    );
  }));

it.each([0, -1, NaN, Infinity])('does not open with a rate of %d', async (rate) => {
  await expect(Harness.open({ parameterStoreRequestsPerSecond: rate })).rejects.toThrow(
    `parameterStoreRequestsPerSecond is ${rate}: it must be a number above 0`,
  );
});

it('gives back what a moment was worth, never more than a second of it, and at least one request', async () => {
  const python = await virtualEnvironment({ log: () => undefined });
  const code = `
import sys
sys.path.insert(0, ${JSON.stringify(CONTROL_PLANE)})
from parameter_store_rate import ParameterStoreRate
now = 0.0
def taken(rate, target="AmazonSSM.GetParameter"):
    return sum(not rate.refuses(target) for _ in range(100))
rate, slow = ParameterStoreRate(10, lambda: now), ParameterStoreRate(0.1, lambda: now)
found = [taken(rate), taken(slow)]
now = 0.25
found.append(taken(rate))
now = 3600.0
found += [taken(rate), taken(slow), taken(rate, "AmazonSSM.SendCommand"), taken(rate, "DynamoDB_20120810.GetItem")]
print(found)
`;
  const { stdout, stderr } = spawnSync(python, ['-c', code], { env: { PYTHONDONTWRITEBYTECODE: '1' }, encoding: 'utf8' });
  expect(stdout + stderr).toBe('[10, 1, 2, 10, 1, 100, 100]\n');
});
