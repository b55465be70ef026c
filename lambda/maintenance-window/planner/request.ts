import { parameters } from '../../contract/names.json';

/** What CloudFormation sends for a window. Create, Update and Delete are all there are. */
export interface WindowRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** Absent in a Create. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  /** Only in an Update. */
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
}

const REQUIRED = ['RequestType', 'ResponseURL', 'StackId', 'RequestId', 'LogicalResourceId'] as const;

/**
 * Checks that an event is a request of CloudFormation.
 *
 * @throws Error naming what is missing; such an event has nobody who could be answered
 */
export function readRequest(event: unknown): WindowRequest {
  const request = event as WindowRequest | null | undefined;
  const missing = REQUIRED.filter((name) => typeof request?.[name] !== 'string');
  if (missing.length > 0) {
    throw new Error(`this is no request of CloudFormation for a maintenance window: ${missing.join(', ')} missing`);
  }
  return request!;
}

/**
 * The name of the operator's parameter.
 *
 * @throws Error when it is absent or not one of a window
 */
export function operatorParameterName({ ResourceProperties: properties }: WindowRequest): string {
  const name = properties?.OperatorParameterName;
  if (!isWindowParameter(name)) {
    throw new Error(`OperatorParameterName must begin with ${parameters.prefix}, got ${JSON.stringify(name)}`);
  }
  return name;
}

export function isWindowParameter(name: unknown): name is string {
  return typeof name === 'string' && name.startsWith(parameters.prefix);
}
