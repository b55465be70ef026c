import { existsSync } from 'node:fs';
import * as path from 'node:path';

import { IConstruct } from 'constructs';

import { ValidationError } from './validation-error';

/** src/ and lib/ lie equally deep, so that the same path holds for tests and for the published package. */
const ASSETS = path.join(__dirname, '..', '..', 'assets');

/** What of the library runs in AWS, built before the package was made. */
export type Asset =
  | 'maintenance-window/layer.zip'
  | 'maintenance-window/planner'
  | 'maintenance-window/replayer'
  | 'custom-resource/handler-layer.zip'
  | 'custom-resource/responder';

/**
 * The path of a built asset.
 *
 * @param scope the construct that needs it
 * @throws ValidationError when it was never built, which a published package always is
 */
export function assetPath(scope: IConstruct, asset: Asset): string {
  const file = path.join(ASSETS, asset);
  if (!existsSync(file)) {
    throw new ValidationError(
      scope,
      `${file} does not exist: in a clone of cdk-patient-lambda run 'npm run bundle', otherwise install the package again`,
    );
  }
  return file;
}
