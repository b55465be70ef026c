/** Reads the window's parameters with one GetParameters call. */
import type { JsonObject } from '../../../../aws/nodejs/client';
import { isObject } from '../../../../json';
import { reasonOf } from '../../../../thrown';
import { parseOperator, parsePlanned } from '../../../window/value';
import { ReadFailed, type Reading } from './reading';
import type { Settings } from './settings';

/** Calls GetParameters, as often as its maker thinks right. */
type GetParameters = (input: { readonly Names: readonly string[] }) => Promise<JsonObject>;

/**
 * Reads the parameters.
 *
 * @throws ReadFailed
 */
export async function readParameters({ operatorParameter, plannedParameter }: Settings, call: GetParameters): Promise<Reading> {
  const answer = await getParameters(call, plannedParameter === undefined ? [operatorParameter] : [operatorParameter, plannedParameter]);
  const found = new Map(answer.map((parameter) => [parameter.Name, parameter]));
  const operator = found.get(operatorParameter);
  if (!operator) {
    throw new ReadFailed(`parameter ${operatorParameter} does not exist: write the window's value to it, 'auto' when none is on`);
  }
  return {
    operator: value(operatorParameter, operator, parseOperator),
    version: Number(operator.Version) || 0,
    lastModified: Math.round((Number(operator.LastModifiedDate) || 0) * 1000),
    ...readPlanned(plannedParameter, found),
  };
}

function readPlanned(name: string | undefined, found: ReadonlyMap<unknown, JsonObject>): Pick<Reading, 'planned' | 'plannedFailure'> {
  if (name === undefined) {
    return { planned: null };
  }
  const parameter = found.get(name);
  if (!parameter) {
    return { planned: null, plannedFailure: `parameter ${name} does not exist` };
  }
  try {
    return { planned: value(name, parameter, parsePlanned) };
  } catch (error) {
    return { planned: null, plannedFailure: reasonOf(error) };
  }
}

function value<T>(name: string, parameter: JsonObject, parseValue: (text: string) => T): T {
  try {
    return parseValue(String((parameter.Value as string | undefined) ?? ''));
  } catch (error) {
    throw new ReadFailed(`parameter ${name} cannot be read, ${reasonOf(error)}`, { cause: error });
  }
}

async function getParameters(call: GetParameters, names: string[]): Promise<JsonObject[]> {
  let answer: JsonObject;
  try {
    answer = await call({ Names: names });
  } catch (error) {
    throw new ReadFailed(`ssm:GetParameters failed, ${reasonOf(error)}`, { cause: error });
  }
  const { Parameters: parameters } = answer;
  if (!Array.isArray(parameters) || !parameters.every(isObject)) {
    throw new ReadFailed('ssm:GetParameters answered without Parameters');
  }
  return parameters;
}
