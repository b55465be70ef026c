import type { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

import contract from '../../../lambda/contract/iam.json';
import { newStack, synthError } from './app';

export const ENV = { account: '111111111111', region: 'eu-west-1' };
export const OWN = 'arn:aws:iam::111111111111:role/team/own';
export const ELSEWHERE = 'arn:aws:iam::222222222222:role/own';
export const TRUST = { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') };

/** The actions of the statements that a function needs. */
export const READ = contract.function.parameters.actions;
export const KEEP = contract.function.events.actions;
export const MIRROR = contract.functionWithMirror.mirror.actions;
export const ALL = [READ, KEEP, MIRROR];

export const concrete = () => newStack('Orders', { env: ENV });
export const imported = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Own', OWN, { mutable: false });

/** The statements that an error prints. */
export function printed(stack: Stack): Record<string, any>[] {
  const error = synthError(stack);
  return JSON.parse(error.slice(error.indexOf('\n{'), error.lastIndexOf('\n}') + 2)).Statement;
}

/** The actions of what is missing, statement by statement. */
export function missing(stack: Stack): string[][] {
  return printed(stack).map(({ Action }) => [Action].flat());
}

export function synthesize(stack: Stack): void {
  (stack.node.root as App).synth();
}

/** Allows more than is needed. */
export function generous(...resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['ssm:Get*', 'DynamoDB:*'], resources: resources.length === 0 ? ['*'] : resources });
}
