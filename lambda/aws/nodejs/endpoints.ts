/** Where the services are: configured endpoints first, then partition, FIPS and dual stack, by the rules of AWS's SDKs. */
import type { Environment } from '../../environment';

export type Service = 'ssm' | 'dynamodb' | 'sqs';

/** Region prefix, DNS suffix, dual-stack DNS suffix: AWS's partitions data. */
const PARTITIONS = [
  ['cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'],
  ['us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  ['us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
  ['', 'amazonaws.com', 'api.aws'],
] as const;

/** The base URL of a service. */
export function endpointUrl(service: Service, region: string, environment: Environment): URL {
  const isSet = (name: string) => environment[name]?.toLowerCase() === 'true';
  const configured = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || environment.AWS_ENDPOINT_URL;
  if (configured && !isSet('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')) {
    return new URL(configured);
  }
  const [, suffix, dualStackSuffix] = PARTITIONS.find(([prefix]) => region.startsWith(prefix))!;
  const dualStack = isSet('AWS_USE_DUALSTACK_ENDPOINT');
  const unnamed = !dualStack && region.startsWith('us-gov-'); // GovCloud's ordinary endpoints of these services are FIPS endpoints
  const fips = isSet('AWS_USE_FIPS_ENDPOINT') && !unnamed ? '-fips' : '';
  return new URL(`https://${service}${fips}.${region}.${dualStack ? dualStackSuffix : suffix}`);
}
