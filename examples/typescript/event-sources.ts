import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Gives a function a bucket, a queue, a stream, a topic and a rule of its own, and tells their names as outputs of the stack. */
export function connectEventSources(fn: lambda.Function): void {
  const stack = Stack.of(fn);
  const scope = new Construct(stack, `${fn.node.id}Sources`);
  const output = (name: string, value: string) => new CfnOutput(stack, `${fn.node.id}${name}`, { value });

  output('Function', fn.functionName);
  output('Bucket', bucketWithNotifications(scope, fn).bucketName);

  const queue = new sqs.Queue(scope, 'Queue');
  fn.addEventSource(new SqsEventSource(queue, { batchSize: 5, reportBatchItemFailures: true }));
  output('Queue', queue.queueUrl);

  const stream = new kinesis.Stream(scope, 'Stream', { shardCount: 1, removalPolicy: RemovalPolicy.DESTROY });
  const startingPosition = lambda.StartingPosition.TRIM_HORIZON;
  fn.addEventSource(new KinesisEventSource(stream, { startingPosition, batchSize: 5, reportBatchItemFailures: true }));
  output('Stream', stream.streamName);

  const topic = new sns.Topic(scope, 'Topic');
  topic.addSubscription(new subscriptions.LambdaSubscription(fn));
  output('Topic', topic.topicArn);

  new events.Rule(scope, 'Rule', {
    eventPattern: { source: [eventSourceOf(fn)] },
    targets: [new targets.LambdaFunction(fn)],
  });
  output('EventSource', eventSourceOf(fn));
}

function eventSourceOf(fn: lambda.Function): string {
  return `example.${fn.node.id}`;
}

/** `bucket.addEventNotification` would bring a function of the CDK's own into the stack; the bucket's own property needs none. */
function bucketWithNotifications(scope: Construct, fn: lambda.Function): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Bucket', { removalPolicy: RemovalPolicy.DESTROY });
  fn.addPermission('FromBucket', { principal: new iam.ServicePrincipal('s3.amazonaws.com'), sourceAccount: Stack.of(fn).account });
  const resource = bucket.node.defaultChild as s3.CfnBucket;
  resource.notificationConfiguration = { lambdaConfigurations: [{ event: 's3:ObjectCreated:*', function: fn.functionArn }] };
  resource.node.addDependency(fn.node.findChild('FromBucket'));
  return bucket;
}
