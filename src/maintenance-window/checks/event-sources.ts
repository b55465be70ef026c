import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { FunctionTargets } from '../../private/function-targets';

/** What reads a queue or a stream and hands its batches to a function. */
export interface Polled {
  /** The event source mapping, or the pipe. */
  readonly poller: CfnResource;
  /** The source's name in the contract. */
  readonly source: string;
  /** The queue or stream, when it is made in this app. */
  readonly origin?: CfnResource;
}

/** An event source mapping of a function. */
export interface Mapping extends Polled {
  readonly poller: lambda.CfnEventSourceMapping;
}

/** Sources by CloudFormation type, for origins that this app makes. */
const SOURCE_BY_TYPE: Record<string, string> = {
  'AWS::Kinesis::Stream': 'kinesis',
  'AWS::DynamoDB::Table': 'dynamodb-stream',
  'AWS::DynamoDB::GlobalTable': 'dynamodb-stream',
  'AWS::MSK::Cluster': 'kafka',
  'AWS::MSK::ServerlessCluster': 'kafka',
  'AWS::AmazonMQ::Broker': 'mq',
  'AWS::DocDB::DBCluster': 'documentdb-stream',
};

/** Sources by the service in an ARN, for origins that are only named. */
const SOURCE_BY_SERVICE: Record<string, string> = {
  kinesis: 'kinesis',
  dynamodb: 'dynamodb-stream',
  kafka: 'kafka',
  mq: 'mq',
  rds: 'documentdb-stream',
};

/** The mappings of a function, of its versions and of its aliases whose source can be told at synth. */
export function mappingsOf(fn: lambda.Function): Mapping[] {
  return new FunctionTargets(fn)
    .find(lambda.CfnEventSourceMapping, 'FunctionName')
    .flatMap((poller) => {
      const read = originOf(poller.eventSourceArn) ?? (poller.selfManagedEventSource === undefined ? undefined : { source: 'kafka' });
      return read ? [{ poller, ...read }] : [];
    });
}

/** Whether the gate may hide what it leaves in a queue: its role can't name one of a stack that depends on the function's, which would be a circle. */
export function hidesMessages(fn: lambda.Function, { source, poller, origin }: Mapping): boolean {
  const stack = Stack.of(fn);
  return source === 'sqs-fifo' && (Stack.of(poller) === stack || origin === undefined || Stack.of(origin) === stack);
}

/** The queue or stream of an ARN, as far as synth can tell it. */
export function originOf(arn: string | undefined): Omit<Polled, 'poller'> | undefined {
  if (arn === undefined) {
    return undefined;
  }
  const origin = resourceOf(arn);
  const source = origin ? sourceOfOrigin(origin) : sourceOfName(arn);
  return source === undefined ? undefined : { source, origin };
}

/** The resource behind an ARN, when this app makes it: in this stack or in another. */
function resourceOf(arn: string): CfnResource | undefined {
  if (!Token.isUnresolved(arn)) {
    return undefined;
  }
  const token = Tokenization.reverseString(arn).firstToken;
  return Reference.isReference(token) && CfnResource.isCfnResource(token.target) ? token.target : undefined;
}

function sourceOfOrigin(origin: CfnResource): string | undefined {
  if (origin.cfnResourceType === sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME) {
    return Stack.of(origin).resolve((origin as sqs.CfnQueue).fifoQueue) === true ? 'sqs-fifo' : 'sqs';
  }
  return SOURCE_BY_TYPE[origin.cfnResourceType];
}

function sourceOfName(arn: string): string | undefined {
  const service = arn.split(':')[2];
  if (service === 'sqs') {
    return arn.endsWith('.fifo') ? 'sqs-fifo' : 'sqs';
  }
  return SOURCE_BY_SERVICE[service];
}
