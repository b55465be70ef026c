import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { FunctionTargets } from '../../private/function-targets';

/** An event source mapping of a function. */
export interface Mapping {
  readonly resource: lambda.CfnEventSourceMapping;
  /** The source's name in the contract. */
  readonly source: string;
  /** The queue or stream, when it is made in this app. */
  readonly origin?: CfnResource;
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
  const targets = new FunctionTargets(fn);
  return targets
    .find(lambda.CfnEventSourceMapping, ({ functionName }) => functionName)
    .flatMap((resource) => {
      const origin = originOf(resource);
      const source = origin ? sourceOfOrigin(origin) : sourceOfName(resource);
      return source ? [{ resource, source, origin }] : [];
    });
}

/** The queue or stream behind a mapping's ARN, when it is a resource of this app: of this stack or of another. */
function originOf({ eventSourceArn }: lambda.CfnEventSourceMapping): CfnResource | undefined {
  if (eventSourceArn === undefined || !Token.isUnresolved(eventSourceArn)) {
    return undefined;
  }
  const token = Tokenization.reverseString(eventSourceArn).firstToken;
  return Reference.isReference(token) && CfnResource.isCfnResource(token.target) ? token.target : undefined;
}

function sourceOfOrigin(origin: CfnResource): string | undefined {
  if (origin.cfnResourceType === sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME) {
    return Stack.of(origin).resolve((origin as sqs.CfnQueue).fifoQueue) === true ? 'sqs-fifo' : 'sqs';
  }
  return SOURCE_BY_TYPE[origin.cfnResourceType];
}

function sourceOfName({ eventSourceArn, selfManagedEventSource }: lambda.CfnEventSourceMapping): string | undefined {
  if (eventSourceArn === undefined) {
    return selfManagedEventSource === undefined ? undefined : 'kafka';
  }
  const service = eventSourceArn.split(':')[2];
  if (service === 'sqs') {
    return eventSourceArn.endsWith('.fifo') ? 'sqs-fifo' : 'sqs';
  }
  return SOURCE_BY_SERVICE[service];
}
