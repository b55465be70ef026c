import { App, CfnParameter, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';

import { MaintenanceWindowFunction, type MaintenanceWindowFunctionProps, WindowSource } from '../../../../src';
import { BASIC, guarded, messages, newStack } from '../app';

const { PRIVATE_ISOLATED: ISOLATED, PRIVATE_WITH_EGRESS: EGRESS, PUBLIC } = ec2.SubnetType;

const network = (scope: Construct, ...types: ec2.SubnetType[]) =>
  new ec2.Vpc(scope, 'Vpc', {
    maxAzs: 1,
    natGateways: types.includes(EGRESS) ? 1 : 0,
    subnetConfiguration: types.map((subnetType) => ({ name: subnetType, subnetType })),
  });

const dynamoDb = (vpc: ec2.IVpc, subnets?: ec2.SubnetSelection[]) =>
  vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB, subnets });
const ssm = (vpc: ec2.IVpc) =>
  vpc.addInterfaceEndpoint('Ssm', { service: ec2.InterfaceVpcEndpointAwsService.SSM, subnets: { subnetType: ISOLATED } });

const inVpc = (vpc: ec2.IVpc, subnetType = ISOLATED): Partial<MaintenanceWindowFunctionProps> => ({
  vpc,
  vpcSubnets: { subnetType },
  allowPublicSubnet: true,
});

const known = (scope: Construct) =>
  ec2.Vpc.fromVpcAttributes(scope, 'Known', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    isolatedSubnetIds: ['subnet-1'],
    isolatedSubnetRouteTableIds: ['rt-1'],
  });

/** What synth says of the network. */
function told(stack: Stack): string[] {
  return messages(stack, SynthesisMessageLevel.WARNING).filter((warning) => warning.includes('noWayToAws'));
}

/** What is special about a function, and about its network. */
type Change = (vpc: ec2.Vpc, stack: Stack) => Partial<MaintenanceWindowFunctionProps> | void;

/** The same of one function in isolated subnets. */
function toldOf(change: Change): string[] {
  const stack = newStack();
  const vpc = network(stack, ISOLATED);
  guarded(stack, 'Fn', { ...inVpc(vpc), ...change(vpc, stack) });
  return told(stack);
}

const ADD_DYNAMODB =
  "a gateway endpoint for DynamoDB, which costs nothing: vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB })";
const ADD_SSM = "an interface endpoint for SSM: vpc.addInterfaceEndpoint('Ssm', { service: ec2.InterfaceVpcEndpointAwsService.SSM })";
const ELSE = ', or, when the network has a way that synth does not see, set networkReachesAws to true [ack: cdk-patient-lambda:noWayToAws]';
const NO_WAY = "no way leads out of 'Orders/Vpc/IsolatedSubnet1' (in a public subnet Lambda gets no public address), and synth sees no endpoint for";

describe('what the warning says', () => {
  test.each<[string, string, (vpc: ec2.Vpc) => unknown, WindowSource | undefined]>([
    [
      'neither endpoint',
      `${NO_WAY} DynamoDB or SSM there: no window is seen, each cold start waits up to 1 s for one, events can't be kept. ` +
        `Add ${ADD_DYNAMODB}, and ${ADD_SSM}${ELSE}`,
      () => {},
      undefined,
    ],
    [
      'none for DynamoDB',
      `${NO_WAY} DynamoDB there: each cold start waits up to 0.5 s for the mirror before it asks Parameter Store, ` +
        `events can't be kept. Add ${ADD_DYNAMODB}${ELSE}`,
      ssm,
      WindowSource.MIRROR,
    ],
    [
      'none for SSM',
      `${NO_WAY} SSM there: no window is seen while the mirror can't be read, for Parameter Store is what it falls back to. ` +
        `Add ${ADD_SSM}${ELSE}`,
      dynamoDb,
      WindowSource.MIRROR,
    ],
    [
      'none for SSM, the only source',
      `${NO_WAY} SSM there: no window is seen, each cold start waits up to 1 s for one. Add ${ADD_SSM}${ELSE}`,
      dynamoDb,
      WindowSource.PARAMETER_STORE,
    ],
    [
      'none for DynamoDB, which has the events alone',
      `${NO_WAY} DynamoDB there: events can't be kept. Add ${ADD_DYNAMODB}${ELSE}`,
      ssm,
      WindowSource.PARAMETER_STORE,
    ],
  ])('with %s', (_, expected, add, windowSource) => {
    const said = toldOf((vpc) => {
      add(vpc);
      return { windowSource };
    });
    expect(said).toEqual([expected]);
  });
});

const ROUTES: Record<string, Partial<ec2.CfnRouteProps>> = {
  'a transit gateway': { transitGatewayId: 'tgw-1' },
  'a NAT instance': { instanceId: 'i-1' },
  'an egress-only gateway': { egressOnlyInternetGatewayId: 'eigw-1' },
  'a virtual private gateway': { gatewayId: 'vgw-1' },
  'a firewall': { vpcEndpointId: 'vpce-1' },
};

describe('nothing is said', () => {
  test.each<[string, Change]>([
    ['outside a VPC', () => ({ vpc: undefined, vpcSubnets: undefined, allowPublicSubnet: undefined })],
    [
      'with both endpoints',
      (vpc) => {
        dynamoDb(vpc);
        ssm(vpc);
      },
    ],
    [
      'with an interface endpoint for DynamoDB',
      (vpc) => {
        ssm(vpc);
        vpc.addInterfaceEndpoint('DynamoDb', { service: ec2.InterfaceVpcEndpointAwsService.DYNAMODB, subnets: { subnetType: ISOLATED } });
      },
    ],
    [
      'with endpoints of another stack',
      (vpc, { node }) => {
        const endpoints = new Stack(node.root, 'Endpoints');
        const subnets = { subnetType: ISOLATED };
        new ec2.GatewayVpcEndpoint(endpoints, 'DynamoDb', { vpc, service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
        new ec2.InterfaceVpcEndpoint(endpoints, 'Ssm', { vpc, service: ec2.InterfaceVpcEndpointAwsService.SSM, subnets });
      },
    ],
    [
      'with an endpoint whose service only the deployment knows',
      ({ vpcId }, stack) => {
        const serviceName = new CfnParameter(stack, 'Service').valueAsString;
        new ec2.CfnVPCEndpoint(stack, 'Some', { vpcId, serviceName, vpcEndpointType: 'Interface' });
      },
    ],
    [
      'with a gateway endpoint whose route tables only the deployment knows',
      (vpc, stack) => {
        ssm(vpc);
        const routeTableIds = Fn.split(',', new CfnParameter(stack, 'Tables').valueAsString);
        new ec2.CfnVPCEndpoint(stack, 'DynamoDb', { vpcId: vpc.vpcId, serviceName: 'com.amazonaws.eu-west-1.dynamodb', routeTableIds });
      },
    ],
    ['with a proxy', () => ({ environment: { HTTPS_PROXY: 'http://proxy.example:3128' } })],
    ['with a proxy in lower case', () => ({ environment: { https_proxy: 'http://proxy.example:3128', HTTPS_PROXY: '' } })],
    ['with a proxy that only the deployment knows', (_, stack) => ({ environment: { HTTPS_PROXY: new CfnParameter(stack, 'Proxy').valueAsString } })],
    ['when it is acknowledged', () => ({ networkReachesAws: true })],
    ...Object.entries(ROUTES).map(([way, target]): [string, Change] => [
      `with a route to ${way}`,
      ({ isolatedSubnets: [{ routeTable }] }, stack) => {
        new ec2.CfnRoute(stack, 'Route', { routeTableId: routeTable.routeTableId, destinationCidrBlock: '0.0.0.0/0', ...target });
      },
    ]),
    [
      'with routes that a VPN brings',
      ({ isolatedSubnets: [{ routeTable }] }, stack) => {
        new ec2.CfnVPNGatewayRoutePropagation(stack, 'Vpn', { routeTableIds: [routeTable.routeTableId], vpnGatewayId: 'vgw-1' });
      },
    ],
    [
      'in a subnet that goes by the main route table, which no template shows',
      ({ vpcId }, stack) => {
        const { ref: subnetId } = new ec2.CfnSubnet(stack, 'Bare', { vpcId, cidrBlock: '10.0.99.0/24' });
        return { vpcSubnets: { subnets: [ec2.Subnet.fromSubnetAttributes(stack, 'Known', { subnetId, availabilityZone: 'a' })] } };
      },
    ],
    ['in a VPC that is imported', (_, stack) => ({ vpc: known(stack) })],
  ])('%s', (_, change) => {
    expect(toldOf(change)).toEqual([]);
  });

  test('where a NAT gateway leads out', () => {
    const stack = newStack();
    guarded(stack, 'Fn', inVpc(network(stack, EGRESS, PUBLIC), EGRESS));
    expect(told(stack)).toEqual([]);
  });
});

describe('what does not help', () => {
  test.each<[string, Change]>([
    ['a proxy whose variable is empty in lower case', () => ({ environment: { HTTPS_PROXY: 'http://proxy.example:3128', https_proxy: '' } })],
    ['a proxy for plain endpoints', () => ({ environment: { HTTP_PROXY: 'http://proxy.example:3128' } })],
    ['a gateway endpoint for S3', (vpc) => void vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 })],
    [
      'interface endpoints for services with similar names',
      (vpc) => {
        const { SSM_MESSAGES, DYNAMODB_STREAMS } = ec2.InterfaceVpcEndpointAwsService;
        [SSM_MESSAGES, DYNAMODB_STREAMS].forEach((service, i) => vpc.addInterfaceEndpoint(`E${i}`, { service, subnets: { subnetType: ISOLATED } }));
      },
    ],
    [
      'an endpoint without a service, of a service network',
      ({ vpcId }, stack) => void new ec2.CfnVPCEndpoint(stack, 'Lattice', { vpcId, vpcEndpointType: 'ServiceNetwork', serviceNetworkArn: 'arn' }),
    ],
    [
      'endpoints of another VPC',
      (_, stack) => {
        const other = new ec2.Vpc(stack, 'Other', { maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'Own', subnetType: ISOLATED }] });
        dynamoDb(other);
        ssm(other);
      },
    ],
    [
      'a route to an internet gateway',
      ({ isolatedSubnets: [{ routeTable }] }, stack) => {
        new ec2.CfnRoute(stack, 'Route', { routeTableId: routeTable.routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-1' });
      },
    ],
    [
      'a route of another table',
      (_, stack) => void new ec2.CfnRoute(stack, 'Route', { routeTableId: 'rtb-1', destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'nat-1' }),
    ],
  ])('%s', (_, change) => {
    expect(toldOf(change)).toEqual([expect.stringContaining('no endpoint for DynamoDB or SSM there')]);
  });

  test('a gateway endpoint for other subnets', () => {
    const stack = newStack();
    const vpc = network(stack, ISOLATED, PUBLIC);
    dynamoDb(vpc, [{ subnetType: PUBLIC }]);
    ssm(vpc);
    guarded(stack, 'Fn', inVpc(vpc));
    expect(told(stack)).toEqual([expect.stringContaining('no endpoint for DynamoDB there')]);
  });

  test("a public subnet, with the CDK's own allowPublicSubnet", () => {
    const stack = newStack();
    guarded(stack, 'Fn', inVpc(network(stack, PUBLIC), PUBLIC));
    expect(told(stack)).toEqual([expect.stringContaining("out of 'Orders/Vpc/PublicSubnet1' (in a public subnet Lambda gets no public address)")]);
  });

  test('a way out of one of the subnets alone: the others are named', () => {
    const stack = newStack();
    const vpc = network(stack, ISOLATED, EGRESS, PUBLIC);
    guarded(stack, 'Fn', { vpc, vpcSubnets: { subnets: [...vpc.isolatedSubnets, ...vpc.privateSubnets] } });
    expect(told(stack)).toEqual([expect.stringContaining(NO_WAY)]);
  });
});

describe('wherever things are', () => {
  test('a function in another stack than its VPC, or in a nested one, is warned of', () => {
    const app = new App();
    const vpc = network(new Stack(app, 'Network'), ISOLATED);
    const stack = new Stack(app, 'Orders');
    guarded(stack, 'Fn', inVpc(vpc));
    guarded(new NestedStack(stack, 'Nested'), 'Fn', inVpc(vpc));
    expect(told(stack)).toHaveLength(2);
  });

  test('what is rendered counts: subnets of an escape hatch', () => {
    const stack = newStack();
    const [subnet] = network(stack, ISOLATED).isolatedSubnets;
    const fn = guarded(stack, 'Fn');
    (fn.node.defaultChild as lambda.CfnFunction).addPropertyOverride('VpcConfig', { SubnetIds: [subnet.subnetId], SecurityGroupIds: ['sg-1'] });
    expect(told(stack)).toHaveLength(1);
  });
});

describe('guardAll()', () => {
  const all = (change: { networkReachesAws?: boolean }) => {
    const stack = newStack();
    const vpc = network(stack, ISOLATED);
    MaintenanceWindowFunction.guardAll(stack, change);
    ['A', 'B'].forEach((id) => new lambda.Function(stack, id, { ...BASIC, ...inVpc(vpc) }));
    return told(stack);
  };

  test('warns of each function, unless told for all', () => {
    expect(all({})).toHaveLength(2);
    expect(all({ networkReachesAws: true })).toEqual([]);
  });
});
