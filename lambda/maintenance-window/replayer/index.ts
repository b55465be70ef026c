/** The replayer's entry point: invoked every minute with {"action":"sweep"}, and by hand with {"action":"replay"} or {"action":"redirect"}. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SSMClient } from '@aws-sdk/client-ssm';

import { systemClock } from '../../clock';
import { consoleLog } from './log';
import { embeddedMetrics } from './metrics';
import { Replayer } from './replayer';
import { readRequest } from './request';
import { readSettings } from './settings';

/** What of Lambda's context the replayer uses. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

let replayer: Replayer | undefined;

export async function handler(event: unknown, context: InvocationContext): Promise<unknown> {
  const request = readRequest(event);
  replayer ??= create();
  const remaining = context.getRemainingTimeInMillis();
  switch (request.action) {
    case 'sweep':
      return replayer.sweep(remaining);
    case 'replay':
      return replayer.replay(request.filter, request.maxEvents, remaining);
    case 'redirect':
      return replayer.redirect(request, remaining);
  }
}

function create(): Replayer {
  const settings = readSettings(process.env);
  return new Replayer({
    dynamodb: new DynamoDBClient({}),
    lambda: new LambdaClient({}),
    ssm: new SSMClient({}),
    tagging: new ResourceGroupsTaggingAPIClient({}),
    settings,
    clock: systemClock,
    random: Math.random,
    log: consoleLog,
    metrics: embeddedMetrics(
      settings.store,
      () => systemClock.now(),
      (line) => process.stdout.write(line),
    ),
  });
}
