import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { TIMING } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { templateProperties, templateProperty } from '../../private/template-properties';
import { DeferralAction } from '../deferral-action';
import { IMaintenanceWindow } from '../maintenance-window';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { actionFor, deferralProperty } from '../parts/deferral-actions';
import { Mapping, mappingsOf, Polled } from './event-sources';
import { hidesMessages } from './fifo-visibility';
import { originOf } from './origins';
import { pipeAction, pipesOf, PipeUse, UsedPipe, waits } from './pipes';

/** What AWS sets where a template says nothing, in seconds. DynamoDB streams keep records for just this long, Kinesis streams at least. */
const AWS_DEFAULTS = { queueRetention: 345_600, visibility: 30, streamRetention: 86_400 };
/** Event source mappings: until the record expires. */
const UNLIMITED = -1;
const SECONDS_PER_HOUR = 3600;

/** A limit of what reads a stream, under the name by which its users set it. */
interface Limit {
  readonly name: string;
  readonly value: unknown;
}

/** A queue or stream whose events a window leaves in it. */
interface Left extends Polled {
  /** The property of `Deferral` that decides it; undefined where nothing else is possible. */
  readonly deferral?: string;
  /** How long a message of a FIFO queue stays out of sight when the gate hides it, in seconds. */
  readonly hidden?: number;
  readonly retries?: Limit;
  readonly recordAge?: Limit;
}

/** Errors for event sources that would lose the events which a window leaves with them: retries or retention end before the window may. */
export function checkMappings(fn: lambda.Function, window: IMaintenanceWindow, options: MaintenanceWindowOptions): string[] {
  const targets = new FunctionTargets(fn);
  const mappings = mappingsOf(targets);
  const left = mappings.filter(({ source }) => actionFor(source, options.deferral) === DeferralAction.LEAVE);
  const lost = [...left.map((mapping) => leftByMapping(targets, mapping, options)), ...leftByPipes(targets, options)].flatMap((source) => {
    const problems = isQueue(source) ? queueProblems(source, window) : streamProblems(source, window);
    return problems.map((problem) => describe(source, problem));
  });
  return [...lost, ...stateProblems(mappings, options)];
}

function leftByMapping(targets: FunctionTargets, mapping: Mapping, options: MaintenanceWindowOptions): Left {
  const { settings, source } = mapping;
  return {
    ...mapping,
    deferral: deferralProperty(source),
    hidden: hidesMessages(targets, mapping) ? (options.fifoVisibilityTimeout?.toSeconds() ?? TIMING.fifoVisibilityTimeoutSeconds.default) : undefined,
    retries: { name: 'retryAttempts', value: settings.MaximumRetryAttempts },
    recordAge: { name: 'maxRecordAge', value: settings.MaximumRecordAgeInSeconds },
  };
}

function leftByPipes(targets: FunctionTargets, { deferral }: MaintenanceWindowOptions): Left[] {
  const used = pipesOf(targets);
  return pipeAction(used, deferral) === DeferralAction.LEAVE ? used.filter(waits).flatMap((one) => leftByPipe(one, targets)) : [];
}

/** What a pipe's template says of the source that it reads. */
interface PipeSource {
  readonly Source?: unknown;
  readonly SourceParameters?: {
    readonly KinesisStreamParameters?: StreamParameters;
    readonly DynamoDBStreamParameters?: StreamParameters;
    readonly SelfManagedKafkaParameters?: unknown;
  };
}

interface StreamParameters {
  readonly MaximumRetryAttempts?: unknown;
  readonly MaximumRecordAgeInSeconds?: unknown;
}

function leftByPipe({ pipe, use }: UsedPipe, { app }: FunctionTargets): Left[] {
  const { Source: arn, SourceParameters: parameters = {} } = templateProperties(pipe) as PipeSource;
  const stream = parameters.KinesisStreamParameters ?? parameters.DynamoDBStreamParameters ?? {};
  const read = originOf(arn, pipe, app) ?? guessedOf(parameters);
  const left = {
    poller: pipe,
    deferral: use === PipeUse.ENRICHMENT ? undefined : deferralProperty('pipe'),
    retries: { name: 'maximumRetryAttempts', value: stream.MaximumRetryAttempts },
    recordAge: { name: 'maximumRecordAgeInSeconds', value: stream.MaximumRecordAgeInSeconds },
  };
  return read ? [{ ...left, ...read }] : [];
}

/** The source of a pipe whose ARN only the deployment knows, by what no other source has. */
function guessedOf(parameters: NonNullable<PipeSource['SourceParameters']>): { readonly source: string } | undefined {
  if (parameters.SelfManagedKafkaParameters !== undefined) {
    return { source: 'kafka' };
  }
  if (parameters.DynamoDBStreamParameters !== undefined) {
    return { source: 'dynamodb-stream' };
  }
  return parameters.KinesisStreamParameters === undefined ? undefined : { source: 'kinesis' };
}

/** A deferred batch would run without the sum of those before it, and the window would end without it. */
function stateProblems(mappings: readonly Mapping[], { deferral }: MaintenanceWindowOptions): string[] {
  return mappings
    .filter(({ settings, source }) => actionFor(source, deferral) === DeferralAction.DEFER && known(settings.TumblingWindowInSeconds, 0) !== 0)
    .map(
      ({ poller, source }) =>
        `deferral.${deferralProperty(source)} can't be DEFER: batches of '${poller.node.path}' hand on the state of a tumbling window, which a deferred ` +
        `batch would lose: leave deferral.${deferralProperty(source)} out, or tumblingWindow`,
    );
}

interface Problem {
  readonly what: string;
  readonly remedy: string;
}

function describe({ deferral, resource, poller }: Left, { what, remedy }: Problem): string {
  const where = (resource ?? poller).node.path;
  const deferred = deferral === undefined ? '' : `or set deferral.${deferral} to DeferralAction.DEFER, `;
  return (
    `events of '${where}' are left there during a maintenance window, but ${what}: ${remedy}, ${deferred}` +
    'or shorten longestWindow of the maintenance window'
  );
}

/** A queue's properties as a template has them. */
interface QueueSettings {
  readonly MessageRetentionPeriod?: unknown;
  readonly VisibilityTimeout?: unknown;
  readonly RedrivePolicy?: { readonly maxReceiveCount?: unknown };
}

interface LeftInQueue extends Left {
  readonly resource: sqs.CfnQueue;
}

function isQueue(left: Left): left is LeftInQueue {
  return left.resource?.cfnResourceType === sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME;
}

function queueProblems({ hidden, resource: queue }: LeftInQueue, { longestWindow }: IMaintenanceWindow): Problem[] {
  const window = longestWindow.toSeconds();
  const problems: Problem[] = [];
  const settings = templateProperties(queue) as QueueSettings;
  const retention = known(settings.MessageRetentionPeriod, AWS_DEFAULTS.queueRetention);
  if (retention !== undefined && retention <= window) {
    problems.push({ what: `its retention of ${retention} s is no longer than longestWindow (${window} s)`, remedy: 'raise it' });
  }
  const invisible = hidden ?? known(settings.VisibilityTimeout, AWS_DEFAULTS.visibility);
  const most = known(settings.RedrivePolicy?.maxReceiveCount, Infinity);
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

function streamProblems(left: Left, { longestWindow }: IMaintenanceWindow): Problem[] {
  const { retries, recordAge } = left;
  const window = longestWindow.toSeconds();
  const problems: Problem[] = [];
  const most = known(retries?.value, UNLIMITED);
  if (retries && most !== undefined && most !== UNLIMITED) {
    problems.push({
      what: `${retries.name} ${most} are used up before longestWindow (${window} s) is over`,
      remedy: `leave ${retries.name} out`,
    });
  }
  const age = known(recordAge?.value, UNLIMITED);
  if (recordAge && age !== undefined && age !== UNLIMITED && age <= window) {
    problems.push({
      what: `${recordAge.name} of ${age} s is no longer than longestWindow (${window} s)`,
      remedy: `raise ${recordAge.name} or leave it out`,
    });
  }
  const retention = streamRetention(left);
  if (retention !== undefined && retention <= window) {
    problems.push({ what: `the stream's retention of ${retention} s is no longer than longestWindow (${window} s)`, remedy: 'raise the retention' });
  }
  return problems;
}

function streamRetention({ source, resource }: Left): number | undefined {
  if (source === 'dynamodb-stream') {
    return AWS_DEFAULTS.streamRetention;
  }
  if (resource?.cfnResourceType !== kinesis.CfnStream.CFN_RESOURCE_TYPE_NAME) {
    return undefined;
  }
  const hours = known(templateProperty(resource, 'RetentionPeriodHours'), AWS_DEFAULTS.streamRetention / SECONDS_PER_HOUR);
  return hours === undefined ? undefined : hours * SECONDS_PER_HOUR;
}

/** A number of the template: AWS's default when it is left out, undefined when only the deployment will know it. */
function known(value: unknown, whenAbsent: number): number | undefined {
  if (value === undefined) {
    return whenAbsent;
  }
  // CloudFormation takes a number as a text as well
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d+$/.test(value));
  return isNumber ? Number(value) : undefined;
}
