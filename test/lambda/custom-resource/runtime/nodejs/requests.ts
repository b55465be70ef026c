import type { CloudFormationRequest } from '../../../../../lambda/cloudformation/request';

export const STACK = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/shop/6b3c9a60-0000-11f0-8000-0a1b2c3d4e5f';

/** 2026-12-01T10:00:00Z, when the requests of these tests are signed. */
export const START = Date.UTC(2026, 11, 1, 10);
const SIGNED = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261201T100000Z&X-Amz-Expires=7200&X-Amz-Signature=5e17ed';
export const RESPONSE_URL = `https://cloudformation-custom-resource-response-eucentral1.s3.eu-central-1.amazonaws.com/answer?${SIGNED}`;

/** A request as CloudFormation sends it. */
export function request(type: CloudFormationRequest['RequestType'], fields: Partial<CloudFormationRequest> = {}): CloudFormationRequest {
  return {
    RequestType: type,
    ResponseURL: RESPONSE_URL,
    StackId: STACK,
    RequestId: 'f0f0f0f0-0000-4000-8000-000000000001',
    LogicalResourceId: 'Restore',
    ResourceType: 'Custom::Restore',
    ResourceProperties: { ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:restore', Name: 'orders', ServiceTimeout: '3600' },
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'own-1' }),
    ...(type === 'Update'
      ? { OldResourceProperties: { ServiceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:restore', Name: 'old' } }
      : {}),
    ...fields,
  };
}
