import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';
import { assetPath } from '../private/assets';
import { NAMES } from '../private/contract.generated';
import { stackSingleton } from '../private/stack-singleton';

/** The layer that brings `cdk-patient-lambda/handler` to CommonJS code. One in each stack, for all Node.js runtimes and architectures: it is text. */
export function handlerLayerOf(scope: IConstruct): lambda.ILayerVersion {
  const id = NAMES.constructIds.handlerLayer;
  return stackSingleton(scope, id, (stack) => new lambda.LayerVersion(stack, id, {
    code: lambda.Code.fromAsset(assetPath('custom-resource/handler-layer.zip')),
    description: 'The handler runtime of long-running custom resources (cdk-patient-lambda)',
    license: 'Apache-2.0',
  }));
}
