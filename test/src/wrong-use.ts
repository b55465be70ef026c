import { Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { CODE } from './custom-resource/template';

/** Something wrong in an app. */
export interface Wrong {
  /** The construct that is to be named. */
  readonly path: string;
  readonly property: string;
  /** As it is shown, or what is wrong where there is none. */
  readonly value: string;
  /** What to write instead. */
  readonly remedy: string;
  readonly build: (stack: Stack) => unknown;
}

export const plain = (stack: Stack, props: Partial<lambda.FunctionProps> = {}) =>
  new lambda.Function(stack, 'Fn', { ...CODE, timeout: Duration.minutes(15), ...props });
export const far = (stack: Stack) => new Stack(stack.node.root, 'Far', { env: { account: '111111111111', region: 'us-east-1' } });
export const near = (stack: Stack) => new Stack(stack.node.root, 'Near', { env: { account: '111111111111', region: 'eu-west-1' } });
