/**
 * The planner's entry point. Its events: CloudFormation's requests for maintenance windows, sent as custom resources of type
 * Custom::CdkPatientLambdaWindow; a change of a parameter; and the schedule's, each minute.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SSMClient } from '@aws-sdk/client-ssm';

import { systemClock } from '../../clock';
import { readRequest } from '../../cloudformation/request';
import { readEvent } from './event';
import { consoleLog } from './log';
import { Mirror } from './mirror';
import { serve } from './planner';
import { Rounds } from './rounds';
import { readSettings } from './settings';

/** What of Lambda's context the planner uses. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** One attempt each: how often a call is repeated, and for how long, is decided where it is made. */
const CLIENT = { maxAttempts: 1 };

let clients: { readonly ssm: SSMClient; readonly dynamodb: DynamoDBClient; readonly events: EventBridgeClient } | undefined;

export async function handler(event: unknown, context: InvocationContext): Promise<void> {
  const read = readEvent(event);
  clients ??= { ssm: new SSMClient(CLIENT), dynamodb: new DynamoDBClient(CLIENT), events: new EventBridgeClient(CLIENT) };
  const remaining = context.getRemainingTimeInMillis();
  switch (read.kind) {
    case 'MINUTE':
      return rounds(clients).minute(remaining);
    case 'CHANGE':
      return rounds(clients).changed(read.parameter, remaining);
    case 'REQUEST': {
      const request = readRequest(event);
      const { status, physicalResourceId, reason } = await serve(request, remaining, {
        ...clients,
        clock: systemClock,
        random: Math.random,
        fetch,
        environment: process.env,
        log: consoleLog,
      });
      consoleLog('a request of CloudFormation was answered', { requestType: request.RequestType, status, physicalResourceId, reason });
    }
  }
}

function rounds(used: NonNullable<typeof clients>): Rounds {
  const settings = readSettings(process.env);
  return new Rounds({
    mirror: new Mirror(used, settings.mirror, systemClock, Math.random),
    settings,
    clock: systemClock,
    log: consoleLog,
    write: (line) => process.stdout.write(line),
  });
}
