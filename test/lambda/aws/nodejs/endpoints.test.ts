import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

import { endpointUrl, type Service } from '../../../../lambda/aws/nodejs/endpoints';

const REGIONS = ['us-east-1', 'eu-central-2', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1'];
const CLIENTS = { dynamodb: DynamoDBClient, sqs: SQSClient, ssm: SSMClient };
const SWITCHES = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Services' rule sets do not offer every combination in every partition. */
function sdkEndpoint(service: Service, region: string, fips: boolean, dualStack: boolean): string | null {
  const client = new CLIENTS[service]({
    region,
    useFipsEndpoint: fips,
    useDualstackEndpoint: dualStack,
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  const provider = (client.config as unknown as { endpointProvider(parameters: object): { url: URL } }).endpointProvider;
  try {
    return provider({ Region: region, UseFIPS: fips, UseDualStack: dualStack }).url.href;
  } catch {
    return null;
  } finally {
    client.destroy();
  }
}

const CASES = (Object.keys(CLIENTS) as Service[])
  .flatMap((service) =>
    REGIONS.flatMap((region) => SWITCHES.map(([fips, dual]) => [service, region, fips, dual, sdkEndpoint(service, region, fips, dual)] as const)),
  )
  .filter(([, , , , expected]) => expected !== null);

test.each(CASES)("%s in %s, FIPS %s, dual stack %s, is where AWS's SDK finds it", (service, region, fips, dualStack, expected) => {
  const environment = { AWS_USE_FIPS_ENDPOINT: String(fips), AWS_USE_DUALSTACK_ENDPOINT: String(dualStack) };
  expect(endpointUrl(service, region, environment).href).toBe(expected);
});

test('most of them are compared', () => {
  expect(CASES.length).toBeGreaterThan(50);
});

test.each([
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'http://127.0.0.1:1/'],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:2/base' }, 'http://127.0.0.1:2/base'],
  [{ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2' }, 'https://ssm.us-east-1.amazonaws.com/'],
  [{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'https://ssm.us-east-1.amazonaws.com/'],
])('configured %j', (environment, expected) => {
  expect(endpointUrl('ssm', 'us-east-1', environment).href).toBe(expected);
});
