import * as lambda from 'aws-cdk-lib/aws-lambda';

import { templateProperty } from './template-properties';

/** Services that invoke a function asynchronously, by the principal of the permission that they need. */
const PRINCIPALS = [
  's3.amazonaws.com',
  'sns.amazonaws.com',
  'ses.amazonaws.com',
  'events.amazonaws.com',
  'logs.amazonaws.com',
  'iot.amazonaws.com',
  'config.amazonaws.com',
  'codecommit.amazonaws.com',
  'lambda.alarms.cloudwatch.amazonaws.com',
];

/** The first service that the permissions let invoke a function asynchronously. */
export function asynchronousSource(permissions: lambda.CfnPermission[]): string | undefined {
  const principals = permissions.map((permission) => String(templateProperty(permission, 'Principal')));
  return principals.find((principal) => PRINCIPALS.includes(principal));
}
