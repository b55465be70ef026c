import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { Asset, assetPath } from './assets';
import { stackSingleton } from './stack-singleton';

/** A layer of the library itself. One in each stack, for all its runtimes and architectures: it is text. */
export function ownLayer(scope: IConstruct, id: string, asset: Asset, description: string): lambda.ILayerVersion {
  return stackSingleton(
    scope,
    id,
    (stack) =>
      new lambda.LayerVersion(stack, id, {
        code: lambda.Code.fromAsset(assetPath(asset)),
        description: `${description} (cdk-patient-lambda)`,
        license: 'Apache-2.0',
      }),
  );
}
