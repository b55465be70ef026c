import { Fn, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { deployedStackName } from '../../private/stable-name';
import { ValidationError } from '../../private/validation-error';

/** One level of a parameter's name. */
const WINDOW_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Where a parameter's name has that of its stack, once it is split at `/`; the window's follows. */
const STACK_LEVEL = NAMES.parameters.prefix.split('/').length - 1;
const LEVELS_BELOW_PREFIX = 3;

/** A window: unique in an account and Region. */
export interface WindowNames {
  /** The name under which its top-level stack is deployed. */
  readonly stackName: string;
  readonly windowName: string;
}

/** What may be given of a window that is made elsewhere. */
interface GivenNames extends Partial<WindowNames> {
  readonly operatorParameterName?: string;
}

/** The name of a window's parameter, which an operator writes. */
export function parameterNameOf({ stackName, windowName }: WindowNames): string {
  const { prefix, operator } = NAMES.parameters;
  return `${prefix}${stackName}/${windowName}/${operator}`;
}

/** What the names of all parameters of the windows in a construct's top-level stack begin with. */
export function windowsPrefix(construct: IConstruct): string {
  return `${NAMES.parameters.prefix}${deployedStackName(construct)}/`;
}

/** What the name of an operator's parameter is made of. One that only the deployment knows is taken apart there. */
export function windowNamesIn(operatorParameterName: string): WindowNames {
  const level = hasShape(operatorParameterName)
    ? (index: number) => operatorParameterName.split('/')[index]
    : (index: number) => Fn.select(index, Fn.split('/', operatorParameterName));
  return { stackName: level(STACK_LEVEL), windowName: level(STACK_LEVEL + 1) };
}

/**
 * @returns the name as it is given
 * @throws ValidationError for one that would not be a level of a parameter's name
 */
export function checkedWindowName(scope: IConstruct, windowName: string): string {
  if (Token.isUnresolved(windowName) || !WINDOW_NAME.test(windowName)) {
    throw new ValidationError(scope, `windowName must be 1 to 64 letters, digits, '.', '_' or '-', known at synth, got '${windowName}'`);
  }
  return windowName;
}

/**
 * The name of the parameter of a window that is made elsewhere.
 *
 * @throws ValidationError for one that is given twice, in part or not at all, and for one that can't be that of a window
 */
export function givenParameterName(scope: IConstruct, { operatorParameterName: given, stackName, windowName }: GivenNames): string {
  if (
    (given === undefined) === (stackName === undefined || windowName === undefined) ||
    (given !== undefined && (stackName ?? windowName) !== undefined)
  ) {
    throw new ValidationError(scope, 'give either operatorParameterName or both stackName and windowName');
  }
  const name = given ?? parameterNameOf({ stackName: stackName!, windowName: windowName! });
  if (!Token.isUnresolved(name) && !hasShape(name)) {
    const shape = parameterNameOf({ stackName: '<stack name>', windowName: '<window name>' });
    throw new ValidationError(scope, `operatorParameterName must be ${shape}, got '${name}'`);
  }
  return name;
}

/** Each level is a text or one token. */
function hasShape(name: string): boolean {
  const { prefix, operator } = NAMES.parameters;
  return name.startsWith(prefix) && name.slice(prefix.length).split('/').length === LEVELS_BELOW_PREFIX && name.endsWith(`/${operator}`);
}
