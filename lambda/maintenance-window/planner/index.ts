/** The planner's entry point: CloudFormation's requests for maintenance windows, sent as custom resources of type Custom::CdkPatientLambdaWindow. */
import { SSMClient } from '@aws-sdk/client-ssm';

import { systemClock } from '../../clock';
import { readRequest } from '../../cloudformation/request';
import { serve } from './planner';

/** What of Lambda's context the planner uses. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

let ssm: SSMClient | undefined;

export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const request = readRequest(event);
  ssm ??= new SSMClient({});
  const { status, physicalResourceId, reason } = await serve(request, context.getRemainingTimeInMillis(), {
    ssm,
    clock: systemClock,
    fetch,
    environment: process.env,
  });
  console.log(JSON.stringify({ requestType: request.RequestType, status, physicalResourceId, reason }));
}
