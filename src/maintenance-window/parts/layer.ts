import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ownLayer } from '../../private/own-layer';

/** The layer that patches the runtime's own client. */
export function layerOf(scope: IConstruct): lambda.ILayerVersion {
  return ownLayer(scope, NAMES.constructIds.layer, 'maintenance-window/layer.zip', 'Keeps events during maintenance windows');
}
