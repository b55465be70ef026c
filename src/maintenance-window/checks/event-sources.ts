import { CfnResource } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { FunctionTargets } from '../../private/function-targets';
import { templateProperties } from '../../private/template-properties';
import { Origin, originOf } from './origins';

/** What reads a queue or a stream and hands its batches to a function. */
export interface Polled extends Origin {
  /** The event source mapping, or the pipe. */
  readonly poller: CfnResource;
}

/** An event source mapping of a function. */
export interface Mapping extends Polled {
  readonly settings: MappingSettings;
  /** Whether its settings had to tell what it reads, because only the deployment knows its ARN. */
  readonly guessed: boolean;
}

/** An event source mapping's properties as a template has them. */
export interface MappingSettings {
  readonly EventSourceArn?: unknown;
  readonly SelfManagedEventSource?: unknown;
  readonly AmazonManagedKafkaEventSourceConfig?: unknown;
  readonly DocumentDBEventSourceConfig?: unknown;
  readonly Topics?: unknown;
  readonly Queues?: unknown;
  readonly StartingPosition?: unknown;
  readonly MaximumRetryAttempts?: unknown;
  readonly MaximumRecordAgeInSeconds?: unknown;
  readonly TumblingWindowInSeconds?: unknown;
}

/** The mappings of a function, of its versions and of its aliases. */
export function mappingsOf(targets: FunctionTargets): Mapping[] {
  return targets.find(lambda.CfnEventSourceMapping, 'FunctionName').map((poller) => {
    const settings = templateProperties(poller) as MappingSettings;
    const read = originOf(settings.EventSourceArn, poller, targets.app);
    return {
      poller,
      settings,
      guessed: read === undefined && settings.EventSourceArn !== undefined,
      ...(read ?? { source: guessedSource(settings) }),
    };
  });
}

/** By what no other source has. A queue may be one whose messages the gate must hide. */
function guessedSource(settings: MappingSettings): string {
  if (settings.SelfManagedEventSource !== undefined || settings.AmazonManagedKafkaEventSourceConfig !== undefined || settings.Topics !== undefined) {
    return 'kafka';
  }
  if (settings.DocumentDBEventSourceConfig !== undefined) {
    return 'documentdb-stream';
  }
  if (settings.Queues !== undefined) {
    return 'mq';
  }
  return settings.StartingPosition === undefined && settings.MaximumRetryAttempts === undefined ? 'sqs-fifo' : 'kinesis';
}
