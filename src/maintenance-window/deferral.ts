import { DeferralAction } from './deferral-action';

/**
 * What to do with events during a maintenance window, where it is not what the source gets by default.
 *
 * One property for each event source, told apart by the shape of its events. The comment of each names the actions that its source allows;
 * any other is an error at synth.
 */
export interface Deferral {
  /**
   * CloudFormation's requests to a custom resource.
   *
   * Operations under way always run: hops of a long operation, continuations of other libraries, and the `isCompleteHandler` of a CDK `Provider`.
   * REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly cloudformation?: DeferralAction;

  /**
   * Notifications of S3. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly s3?: DeferralAction;

  /**
   * Messages of SNS. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly sns?: DeferralAction;

  /**
   * Receipts of SES. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly ses?: DeferralAction;

  /**
   * Triggers of CodeCommit. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly codecommit?: DeferralAction;

  /**
   * Batches of an SQS FIFO queue. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly sqsFifo?: DeferralAction;

  /**
   * Batches of an SQS standard queue. DEFER, LEAVE or RUN.
   * @default DeferralAction.DEFER
   */
  readonly sqs?: DeferralAction;

  /**
   * Batches of a Kinesis stream. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly kinesis?: DeferralAction;

  /**
   * Batches of a DynamoDB stream. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly dynamodbStream?: DeferralAction;

  /**
   * Batches of Amazon MSK or self-managed Kafka. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly kafka?: DeferralAction;

  /**
   * Batches of Amazon MQ: ActiveMQ and RabbitMQ. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly mq?: DeferralAction;

  /**
   * Batches of a DocumentDB change stream. LEAVE, DEFER or RUN.
   * @default DeferralAction.LEAVE
   */
  readonly documentdbStream?: DeferralAction;

  /**
   * Ticks of EventBridge rules with a schedule and of EventBridge Scheduler.
   *
   * Those with a constant input of their own are known when a rule or schedule of the app has it; what else sends just these bytes counts as a tick too.
   * Of one rule only the newest deferred tick is replayed. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly scheduled?: DeferralAction;

  /**
   * Events of EventBridge rules with a pattern. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly eventbridge?: DeferralAction;

  /**
   * Subscriptions of CloudWatch Logs. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly cloudwatchLogs?: DeferralAction;

  /**
   * Actions of CloudWatch alarms. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly cloudwatchAlarm?: DeferralAction;

  /**
   * Evaluations of AWS Config rules. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly config?: DeferralAction;

  /**
   * Cognito's PostConfirmation trigger; the event is returned unchanged. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly cognitoPostConfirmation?: DeferralAction;

  /**
   * Cognito's PostAuthentication trigger; the event is returned unchanged. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly cognitoPostAuthentication?: DeferralAction;

  /**
   * Cognito's other triggers, which wait for a decision. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly cognito?: DeferralAction;

  /**
   * Lambda authorizers of REST and WebSocket APIs. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly apiGatewayAuthorizer?: DeferralAction;

  /**
   * Lambda authorizers of HTTP APIs. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly apiGatewayHttpAuthorizer?: DeferralAction;

  /**
   * `$disconnect` of a WebSocket API. REJECT, DEFER or RUN.
   * @default DeferralAction.DEFER
   */
  readonly websocketDisconnect?: DeferralAction;

  /**
   * `$connect` and messages of a WebSocket API. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly websocket?: DeferralAction;

  /**
   * Requests of an Application Load Balancer. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly alb?: DeferralAction;

  /**
   * Requests of a REST API. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly apiGatewayRest?: DeferralAction;

  /**
   * Requests of a function URL. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly functionUrl?: DeferralAction;

  /**
   * Requests of an HTTP API, payload version 2.0. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly apiGatewayHttp?: DeferralAction;

  /**
   * Requests of an HTTP API, payload version 1.0. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly apiGatewayHttpV1?: DeferralAction;

  /**
   * Requests of VPC Lattice, event version 2.0. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly vpcLattice?: DeferralAction;

  /**
   * Requests of VPC Lattice, event version 1.0. REJECT, DEFER or RUN.
   * @default DeferralAction.REJECT
   */
  readonly vpcLatticeV1?: DeferralAction;

  /**
   * Lambda authorizers of AppSync. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly appsyncAuthorizer?: DeferralAction;

  /**
   * Handlers of AppSync Events. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly appsyncEvents?: DeferralAction;

  /**
   * Resolvers of AppSync. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly appsync?: DeferralAction;

  /**
   * Batch resolvers of AppSync. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly appsyncBatch?: DeferralAction;

  /**
   * Transformations of Firehose. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly firehose?: DeferralAction;

  /**
   * Requests of S3 Object Lambda. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly s3ObjectLambda?: DeferralAction;

  /**
   * Tasks of S3 Batch Operations. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly s3Batch?: DeferralAction;

  /**
   * Code hooks of Lex V2. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly lex?: DeferralAction;

  /**
   * Code hooks of Lex V1. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly lexV1?: DeferralAction;

  /**
   * Contact flows of Amazon Connect. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly connect?: DeferralAction;

  /**
   * Action groups of Bedrock agents. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly bedrockAgent?: DeferralAction;

  /**
   * Actions of CodePipeline. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly codepipeline?: DeferralAction;

  /**
   * Steps of a Secrets Manager rotation. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly secretsRotation?: DeferralAction;

  /**
   * Custom authorizers of AWS IoT. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly iotAuthorizer?: DeferralAction;

  /**
   * Identity providers of AWS Transfer Family. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly transfer?: DeferralAction;

  /**
   * Requests of CloudFront. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly cloudfront?: DeferralAction;

  /**
   * Requests of an Alexa skill. REJECT or RUN.
   * @default DeferralAction.REJECT
   */
  readonly alexa?: DeferralAction;

  /**
   * Events of any other shape: what your own code, Step Functions or EventBridge Scheduler send.
   *
   * A synchronous caller can't be told from an asynchronous one and gets the marker as its result: choose REJECT for functions that such callers
   * wait for. DEFER, REJECT or RUN.
   * @default DeferralAction.DEFER
   */
  readonly direct?: DeferralAction;
}
