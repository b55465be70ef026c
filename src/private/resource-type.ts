import { CfnResource } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The class of a resource, as `lambda.CfnPermission`. */
export interface ResourceType<T extends CfnResource> {
  readonly CFN_RESOURCE_TYPE_NAME: string;
  readonly prototype: T;
}

/** Whether a construct is a resource of a type: by the name of the type and not by the class, of which an app may have two copies. */
export function isResourceOf<T extends CfnResource>(construct: IConstruct, { CFN_RESOURCE_TYPE_NAME: type }: ResourceType<T>): construct is T {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === type;
}
