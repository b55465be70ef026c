/** Two functions that put what they get into a bucket, under every trigger that a template can declare. */
import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as LambdaFunctionResource, type IFunction, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const app = new App();
const stack = new Stack(app, process.env.STACK_NAME ?? 'Listeners');
const heard = new Bucket(stack, 'Heard', { removalPolicy: RemovalPolicy.DESTROY });
const queue = new Queue(stack, 'Jobs');
const topic = new Topic(stack, 'News');

const PYTHON = `
import json, os, urllib.request

def put(url, body, headers):
    urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT", headers=headers)).read()

def handler(event, context):
    note = {"event": event, "arn": context.invoked_function_arn, "requestId": context.aws_request_id}
    put(f'{os.environ["AWS_ENDPOINT_URL"]}/{os.environ["HEARD"]}/python/{context.aws_request_id}', json.dumps(note).encode(), {})
    if isinstance(event, dict) and "ResponseURL" in event:
        answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
        answer.update(Status="SUCCESS", PhysicalResourceId=event.get("PhysicalResourceId", "made"), Data={"Echo": event["ResourceProperties"]["Word"]})
        put(event["ResponseURL"], json.dumps(answer).encode(), {"content-type": ""})
    return event
`;
const NODE = `
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');
const s3 = new S3Client({ forcePathStyle: true });
exports.handler = async (event, context) => {
  const note = { event, arn: context.invokedFunctionArn, requestId: context.awsRequestId };
  await s3.send(new PutObjectCommand({ Bucket: process.env.HEARD, Key: 'node/' + context.awsRequestId, Body: JSON.stringify(note) }));
  return event;
};
`;
const environment = { HEARD: heard.bucketName };
const python = new LambdaFunctionResource(stack, 'Python', {
  runtime: new Runtime(process.env.PYTHON_RUNTIME!, RuntimeFamily.PYTHON, { supportsInlineCode: true }),
  handler: 'index.handler',
  code: Code.fromInline(PYTHON),
  environment,
  timeout: Duration.seconds(60),
});
const node = new LambdaFunctionResource(stack, 'Node', {
  runtime: Runtime.NODEJS_20_X,
  handler: 'index.handler',
  code: Code.fromInline(NODE),
  environment,
  timeout: Duration.seconds(60),
  memorySize: 256,
});
for (const fn of [python, node]) {
  heard.grantWrite(fn);
}

const alias = node.addAlias('live');
const named: IFunction[] = [python, alias];
for (const [index, fn] of named.entries()) {
  topic.addSubscription(new LambdaSubscription(fn));
  new Rule(stack, `Bell${index}`, { eventPattern: { source: ['door'] }, targets: [new LambdaFunction(fn)] });
}
// Written out: the CDK's own construct for it would bring a Python function of one certain version.
const inbox = new CfnBucket(stack, 'Inbox', {
  notificationConfiguration: {
    lambdaConfigurations: named.map((fn, index) => ({
      event: 's3:ObjectCreated:*',
      function: fn.functionArn,
      filter: { s3Key: { rules: [{ name: 'prefix', value: `for-${index}/` }] } },
    })),
  },
});
alias.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
const made = new CustomResource(stack, 'Made', {
  serviceToken: python.functionArn,
  serviceTimeout: Duration.minutes(5),
  properties: { Word: 'echoed' },
});

const outputs = {
  Heard: heard.bucketName,
  Inbox: inbox.ref,
  QueueUrl: queue.queueUrl,
  TopicArn: topic.topicArn,
  PythonArn: python.functionArn,
  AliasArn: alias.functionArn,
  Echo: made.getAttString('Echo'),
  PythonName: python.functionName,
};
for (const [name, value] of Object.entries(outputs)) {
  new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(`Out${name}`);
}
