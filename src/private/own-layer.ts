import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { Asset, assetPath } from './assets';
import { NAMES } from './contract.generated';
import { stackSingleton } from './stack-singleton';

interface OwnLayer {
  readonly id: string;
  readonly asset: Asset;
  readonly description: string;
}

/** The layers of the library itself. */
const LAYERS = {
  /** Patches the runtime's own client. */
  gate: {
    id: NAMES.constructIds.layer,
    asset: 'maintenance-window/layer.zip',
    description: 'Keeps events during maintenance windows',
  },
  /** Brings `cdk-patient-lambda/handler` to CommonJS code on Node.js. */
  handler: {
    id: NAMES.constructIds.handlerLayer,
    asset: 'custom-resource/handler-layer.zip',
    description: 'The handler runtime of long-running custom resources',
  },
} as const satisfies Record<string, OwnLayer>;

/** A layer of the library itself. One in each stack, for all its runtimes and architectures: it is text. */
export function ownLayer(scope: IConstruct, name: keyof typeof LAYERS): lambda.ILayerVersion {
  const { id, asset, description } = LAYERS[name];
  return stackSingleton(
    scope,
    id,
    (stack) =>
      new lambda.LayerVersion(stack, id, {
        code: lambda.Code.fromAsset(assetPath(scope, asset)),
        description: `${description} (cdk-patient-lambda)`,
        license: 'Apache-2.0',
      }),
  );
}

/** By app: a file is read once for all functions. */
const DIGESTS = new WeakMap<IConstruct, Map<string, string>>();

/** SHA-256 of a layer of the library, in hexadecimal: another one for each build that differs, the same on every machine. */
export function ownLayerDigest(scope: IConstruct, name: keyof typeof LAYERS): string {
  const { root } = scope.node;
  const digests = DIGESTS.get(root) ?? new Map<string, string>();
  const digest =
    digests.get(name) ??
    createHash('sha256')
      .update(readFileSync(assetPath(scope, LAYERS[name].asset)))
      .digest('hex');
  DIGESTS.set(root, digests.set(name, digest));
  return digest;
}
