/** What the names of a window's parameters say: `/cdk-patient-lambda/windows/<stack>/<window>/operator`, and `/planned` beside it. */
import { mirror, parameters } from '../../contract/names.json';

/** A window by its names. */
export interface WindowNames {
  /** Name of the stack, `AWS::StackName`. */
  readonly stack: string;
  /** Name of the window within the stack. */
  readonly window: string;
}

/** The window whose operator's or planned parameter has this name; undefined when it is the name of no such parameter. */
export function windowOf(parameter: string): WindowNames | undefined {
  if (!parameter.startsWith(parameters.prefix)) {
    return undefined;
  }
  const [stack, window, which, ...more] = parameter.slice(parameters.prefix.length).split('/');
  const isParameter = which === parameters.operator || which === parameters.planned;
  return stack && window && isParameter && more.length === 0 ? { stack, window } : undefined;
}

export function operatorParameterOf({ stack, window }: WindowNames): string {
  return `${parameters.prefix}${stack}/${window}/${parameters.operator}`;
}

export function plannedParameterOf({ stack, window }: WindowNames): string {
  return `${parameters.prefix}${stack}/${window}/${parameters.planned}`;
}

/** The table that has a window's item, by the name of its operator's parameter; undefined when the name is not of the windows' shape. */
export function mirrorTableOf(operatorParameter: string): string | undefined {
  const names = windowOf(operatorParameter);
  return names && operatorParameter === operatorParameterOf(names) ? `${mirror.tablePrefix}${names.stack}` : undefined;
}
