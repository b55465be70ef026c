import { ArnFormat, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The ARN of a parameter in the account and Region of a construct's stack. */
export function parameterArn(scope: IConstruct, parameterName: string): string {
  return Stack.of(scope).formatArn({
    service: 'ssm',
    resource: `parameter${parameterName}`,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
}
