/** What a request says of a window. */
import type { CloudFormationRequest } from '../../cloudformation/request';
import { parameters } from '../../contract/names.json';

/**
 * The name of the operator's parameter.
 *
 * @throws Error when it is absent or not one of a window
 */
export function operatorParameterName({ ResourceProperties: properties }: CloudFormationRequest): string {
  const name = properties.OperatorParameterName;
  if (!isWindowParameter(name)) {
    throw new Error(`OperatorParameterName must begin with ${parameters.prefix}, got ${JSON.stringify(name)}`);
  }
  return name;
}

export function isWindowParameter(name: unknown): name is string {
  return typeof name === 'string' && name.startsWith(parameters.prefix);
}
