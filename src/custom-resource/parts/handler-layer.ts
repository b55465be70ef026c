import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownLayer } from '../../private/own-layer';

/** The layer that brings `cdk-patient-lambda/handler` to CommonJS code on Node.js. */
export function handlerLayerOf(scope: IConstruct): lambda.ILayerVersion {
  return ownLayer(
    scope,
    NAMES.constructIds.handlerLayer,
    'custom-resource/handler-layer.zip',
    'The handler runtime of long-running custom resources',
  );
}
