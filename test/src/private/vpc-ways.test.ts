import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';

import { VpcWays } from '../../../src/private/vpc-ways';
import { newStack } from '../maintenance-window/app';

const { PRIVATE_ISOLATED: ISOLATED } = ec2.SubnetType;

function network(stack: Stack): { readonly vpc: ec2.Vpc; readonly subnet: ec2.CfnSubnet; readonly id: object } {
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0, subnetConfiguration: [{ name: 'Own', subnetType: ISOLATED }] });
  const subnet = vpc.isolatedSubnets[0].node.defaultChild as ec2.CfnSubnet;
  return { vpc, subnet, id: { Ref: `${subnet.node.path}.Ref` } };
}

test('a subnet is known by its reference and by its own attribute', () => {
  const { subnet, id } = network(newStack());
  const ways = new VpcWays(subnet);
  expect(ways.closedSubnets([id])).toEqual([subnet]);
  expect(ways.closedSubnets([{ Ref: `${subnet.node.path}.SubnetId` }])).toEqual([subnet]);
  expect(ways.closedSubnets(['subnet-1', { Ref: `${subnet.node.path}.Other` }])).toEqual([]);
});

test('who asks again is told of what has come meanwhile', () => {
  const { vpc, subnet, id } = network(newStack());
  expect(new VpcWays(vpc).hasEndpoint(subnet, 'ssm')).toBe(false);
  vpc.addInterfaceEndpoint('Ssm', { service: ec2.InterfaceVpcEndpointAwsService.SSM, subnets: { subnetType: ISOLATED } });
  expect(new VpcWays(vpc).hasEndpoint(subnet, 'ssm')).toBe(true);
  const { routeTableId } = vpc.isolatedSubnets[0].routeTable;
  new ec2.CfnRoute(vpc, 'Route', { routeTableId, destinationCidrBlock: '0.0.0.0/0', natGatewayId: 'nat-1' });
  expect(new VpcWays(vpc).closedSubnets([id])).toEqual([]);
});

test('the app is read once for all who ask in one synth', () => {
  const { vpc, subnet } = network(newStack());
  const findAll = jest.spyOn(vpc.node.root.node, 'findAll');
  [vpc, subnet].forEach((asker) => new VpcWays(asker));
  expect(findAll).toHaveBeenCalledTimes(1);
});

test.each([
  ['com.amazonaws.eu-west-1.ssm', true],
  ['com.amazonaws.us-gov-west-1.ssm-fips', true],
  ['cn.com.amazonaws.cn-north-1.ssm', true],
  ['ssm', true],
  ['com.amazonaws.eu-west-1.ssmmessages', false],
  ['com.amazonaws.eu-west-1.ssm-contacts', false],
  ['com.amazonaws.vpce.eu-west-1.vpce-svc-ssm', false],
])('an endpoint named %s is one of Parameter Store: %s', (serviceName, expected) => {
  const stack = newStack();
  const { vpc, subnet } = network(stack);
  new ec2.CfnVPCEndpoint(stack, 'Endpoint', { vpcId: vpc.vpcId, serviceName, vpcEndpointType: 'Interface' });
  expect(new VpcWays(subnet).hasEndpoint(subnet, 'ssm')).toBe(expected);
});
