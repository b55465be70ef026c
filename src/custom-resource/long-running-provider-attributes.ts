import { Duration } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

/** A function that serves any number of custom resources: a provider of this app, or of another one. */
export interface ILongRunningProvider extends IConstruct, iam.IGrantable, ec2.IConnectable {
  /** ARN of the function or alias that CloudFormation invokes. */
  readonly serviceToken: string;

  /** The function or alias that CloudFormation invokes. */
  readonly function: lambda.IFunction;

  /** How long an operation of its resources may take, unless they say otherwise. */
  readonly timeout: Duration;

  /** How long one execution of its function may take. */
  readonly executionTimeout: Duration;

  /** Whether Lambda lets its function call itself without end. */
  readonly recursiveLoop: lambda.RecursiveLoop;
}

/** A provider of another app, for `LongRunningProvider.fromLongRunningProviderAttributes`. */
export interface LongRunningProviderAttributes {
  /** ARN of its function or alias: the `serviceToken` of the provider, in the account and Region of the resources. */
  readonly serviceToken: string;

  /** How long one execution of its function may take: the function's timeout, 15 seconds to 15 minutes. */
  readonly executionTimeout: Duration;

  /**
   * Whether Lambda lets its function call itself more often than about 16 times.
   *
   * @default lambda.RecursiveLoop.TERMINATE
   */
  readonly recursiveLoop?: lambda.RecursiveLoop;

  /**
   * How long an operation of its resources may take, unless they say otherwise.
   *
   * @default Duration.seconds(3540)
   */
  readonly timeout?: Duration;
}
