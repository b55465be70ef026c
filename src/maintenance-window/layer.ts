import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';
import { assetPath } from '../private/assets';
import { NAMES } from '../private/contract.generated';
import { stackSingleton } from '../private/stack-singleton';

/** The layer that patches the runtime's own client. One in each stack, for all runtimes and architectures: it is text. */
export function layerOf(scope: IConstruct): lambda.ILayerVersion {
  const id = NAMES.constructIds.layer;
  return stackSingleton(scope, id, (stack) => new lambda.LayerVersion(stack, id, {
    code: lambda.Code.fromAsset(assetPath('maintenance-window/layer.zip')),
    description: 'Keeps events during maintenance windows (cdk-patient-lambda)',
    license: 'Apache-2.0',
  }));
}
