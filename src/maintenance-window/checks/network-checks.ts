import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { NAMES, TIMING } from '../../private/contract.generated';
import { templateProperties } from '../../private/template-properties';
import { VpcWays } from '../../private/vpc-ways';
import { MaintenanceWindowOptions, WindowSource } from '../maintenance-window-options';

/** What of a function's template says how it reaches AWS. */
interface Network {
  readonly VpcConfig?: { readonly SubnetIds?: unknown };
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

/** Which services a function does not reach, at least from some of its subnets. */
interface Unreached {
  readonly dynamodb: boolean;
  readonly ssm: boolean;
}

/** Warns of a function whose network, as far as the app makes it, has no way to what the gate calls: it would be protected in name alone. */
export function warnOfNetwork(fn: lambda.Function, { networkReachesAws, windowSource }: MaintenanceWindowOptions): void {
  const { VpcConfig, Environment } = templateProperties(fn.node.defaultChild as lambda.CfnFunction) as Network;
  const ids = VpcConfig?.SubnetIds;
  if (networkReachesAws || !Array.isArray(ids) || hasProxy(Environment?.Variables)) {
    return;
  }
  const ways = new VpcWays(fn);
  const closed = ways.closedSubnets(ids);
  const lacking = (service: string) => closed.filter((subnet) => !ways.hasEndpoint(subnet, service));
  const [withoutDynamoDb, withoutSsm] = ['dynamodb', 'ssm'].map(lacking);
  const unreached = { dynamodb: withoutDynamoDb.length > 0, ssm: withoutSsm.length > 0 };
  const subnets = closed.filter((subnet) => withoutDynamoDb.includes(subnet) || withoutSsm.includes(subnet));
  if (subnets.length > 0) {
    Annotations.of(fn).addWarningV2(NAMES.annotations.noWayToAws, problem(subnets, unreached, windowSource ?? WindowSource.MIRROR));
  }
}

/** As the gate chooses between the two. */
function hasProxy({ https_proxy: lower, HTTPS_PROXY: upper }: Readonly<Record<string, unknown>> = {}): boolean {
  return (lower ?? upper ?? '') !== '';
}

function problem(subnets: readonly ec2.CfnSubnet[], unreached: Unreached, source: WindowSource): string {
  const services = [...(unreached.dynamodb ? ['DynamoDB'] : []), ...(unreached.ssm ? ['SSM'] : [])].join(' or ');
  return (
    `no way leads out of ${subnets.map(pathOf).join(', ')} (in a public subnet Lambda gets no public address), and synth sees no endpoint for ` +
    `${services} there: ${consequences(unreached, source).join(', ')}. Add ${remedies(unreached).join(', and ')}, or, when the network has a way that ` +
    'synth does not see, set networkReachesAws to true'
  );
}

function pathOf(subnet: ec2.CfnSubnet): string {
  const { scope } = subnet.node;
  return `'${scope?.node.defaultChild === subnet ? scope.node.path : subnet.node.path}'`;
}

function consequences({ dynamodb, ssm }: Unreached, source: WindowSource): string[] {
  const { coldReadBudget, mirrorReadBudget } = TIMING;
  const seconds = coldReadBudget.value / 1000;
  const events = dynamodb ? ["events can't be kept"] : [];
  if (ssm && (dynamodb || source === WindowSource.PARAMETER_STORE)) {
    return ['no window is seen', `each cold start waits up to ${seconds} s for one`, ...events];
  }
  if (source === WindowSource.PARAMETER_STORE) {
    return events;
  }
  return dynamodb
    ? [`each cold start waits up to ${seconds * mirrorReadBudget.share} s for the mirror before it asks Parameter Store`, ...events]
    : ["no window is seen while the mirror can't be read, for Parameter Store is what it falls back to"];
}

function remedies({ dynamodb, ssm }: Unreached): string[] {
  const gateway = "vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB })";
  const endpoint = "vpc.addInterfaceEndpoint('Ssm', { service: ec2.InterfaceVpcEndpointAwsService.SSM })";
  return [
    ...(dynamodb ? [`a gateway endpoint for DynamoDB, which costs nothing: ${gateway}`] : []),
    ...(ssm ? [`an interface endpoint for SSM: ${endpoint}`] : []),
  ];
}
