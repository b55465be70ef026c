import * as ec2 from 'aws-cdk-lib/aws-ec2';

import { byPath } from './by-path';

/** The id of the VPC that something is in, comparable. Of a function only this tells, by its subnets: the CDK does not say which VPC it was given. */
export function vpcIdOf(member: ec2.CfnVPCEndpoint | ec2.CfnSubnet | ec2.CfnSecurityGroup): string {
  return JSON.stringify(byPath(member.vpcId, member));
}
