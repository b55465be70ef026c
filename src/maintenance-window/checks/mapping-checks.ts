import { Stack } from 'aws-cdk-lib';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { IConstruct } from 'constructs';

import { TIMING } from '../../private/contract.generated';
import { DeferralAction } from '../deferral-action';
import { IMaintenanceWindow } from '../maintenance-window';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { actionFor, deferralProperty } from '../parts/deferral-actions';
import { Mapping, mappingsOf } from './event-sources';

/** What AWS sets where a template says nothing, in seconds. DynamoDB streams keep records for just this long, Kinesis streams at least. */
const AWS_DEFAULTS = { queueRetention: 345_600, visibility: 30, streamRetention: 86_400 };
/** Event source mappings: until the record expires. */
const UNLIMITED = -1;
const SECONDS_PER_HOUR = 3600;

/** Errors for event sources that would lose the events which a window leaves with them: retries or retention end before the window may. */
export function checkMappings(fn: lambda.Function, window: IMaintenanceWindow, options: MaintenanceWindowOptions): string[] {
  const left = mappingsOf(fn).filter(({ source }) => actionFor(source, options.deferral) === DeferralAction.LEAVE);
  return left.flatMap((mapping) => {
    const problems = isQueue(mapping) ? queueProblems(mapping, window, options) : streamProblems(mapping, window);
    return problems.map((problem) => describe(mapping, problem));
  });
}

interface Problem {
  readonly what: string;
  readonly remedy: string;
}

function describe({ source, origin, resource }: Mapping, { what, remedy }: Problem): string {
  const where = (origin ?? resource).node.path;
  return (
    `events of '${where}' are left there during a maintenance window, but ${what}: ${remedy}, or set deferral.${deferralProperty(source)} to ` +
    'DeferralAction.DEFER, or shorten longestWindow of the maintenance window'
  );
}

interface QueueMapping extends Mapping {
  readonly origin: sqs.CfnQueue;
}

function isQueue(mapping: Mapping): mapping is QueueMapping {
  return mapping.origin?.cfnResourceType === sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME;
}

function queueProblems({ source, origin: queue }: QueueMapping, { longestWindow }: IMaintenanceWindow, options: MaintenanceWindowOptions): Problem[] {
  const window = longestWindow.toSeconds();
  const problems: Problem[] = [];
  const retention = known(queue, queue.messageRetentionPeriod, AWS_DEFAULTS.queueRetention);
  if (retention !== undefined && retention <= window) {
    problems.push({ what: `its retention of ${retention} s is no longer than longestWindow (${window} s)`, remedy: 'raise it' });
  }
  const invisible =
    source === 'sqs-fifo'
      ? (options.fifoVisibilityTimeout?.toSeconds() ?? TIMING.fifoVisibilityTimeoutSeconds.default)
      : known(queue, queue.visibilityTimeout, AWS_DEFAULTS.visibility);
  const redrive = Stack.of(queue).resolve(queue.redrivePolicy) as { maxReceiveCount?: unknown } | undefined;
  const most = known(queue, redrive?.maxReceiveCount, Infinity);
  // Once each time the message shows again, and once more when the window is over
  const receives = invisible === undefined ? undefined : Math.ceil(window / Math.max(1, invisible)) + 1;
  if (receives !== undefined && most !== undefined && most < receives) {
    problems.push({
      what: `its maxReceiveCount of ${most} sends them to the dead-letter queue within longestWindow (${window} s), one receive each ${invisible} s`,
      remedy: `raise maxReceiveCount to ${receives} or more`,
    });
  }
  return problems;
}

function streamProblems(mapping: Mapping, { longestWindow }: IMaintenanceWindow): Problem[] {
  const { resource } = mapping;
  const window = longestWindow.toSeconds();
  const problems: Problem[] = [];
  const retries = known(resource, resource.maximumRetryAttempts, UNLIMITED);
  if (retries !== undefined && retries !== UNLIMITED) {
    problems.push({ what: `retryAttempts ${retries} are used up before longestWindow (${window} s) is over`, remedy: 'leave retryAttempts out' });
  }
  const age = known(resource, resource.maximumRecordAgeInSeconds, UNLIMITED);
  if (age !== undefined && age !== UNLIMITED && age <= window) {
    problems.push({ what: `maxRecordAge of ${age} s is no longer than longestWindow (${window} s)`, remedy: 'raise maxRecordAge or leave it out' });
  }
  const retention = streamRetention(mapping);
  if (retention !== undefined && retention <= window) {
    problems.push({ what: `the stream's retention of ${retention} s is no longer than longestWindow (${window} s)`, remedy: 'raise the retention' });
  }
  return problems;
}

function streamRetention({ source, origin }: Mapping): number | undefined {
  if (source === 'dynamodb-stream') {
    return AWS_DEFAULTS.streamRetention;
  }
  if (origin?.cfnResourceType !== kinesis.CfnStream.CFN_RESOURCE_TYPE_NAME) {
    return undefined;
  }
  const hours = known(origin, (origin as kinesis.CfnStream).retentionPeriodHours, AWS_DEFAULTS.streamRetention / SECONDS_PER_HOUR);
  return hours === undefined ? undefined : hours * SECONDS_PER_HOUR;
}

/** A number of the template: AWS's default when it is left out, undefined when only the deployment will know it. */
function known(scope: IConstruct, value: unknown, whenAbsent: number): number | undefined {
  const resolved: unknown = Stack.of(scope).resolve(value);
  if (resolved === undefined) {
    return whenAbsent;
  }
  return typeof resolved === 'number' ? resolved : undefined;
}
