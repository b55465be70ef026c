/** Reads the window's parameters with one GetParameters call, within a budget. */
import type { AwsClient, JsonObject } from '../../../../aws/nodejs/client';
import { isObject } from '../../../../json';
import { reasonOf } from '../../../../thrown';
import { parseOperator, parsePlanned } from '../../../window/value';
import { ReadFailed, type Reading } from './reading';
import type { Settings } from './settings';

/**
 * Reads, and again with back-off after a throttle, a server's error or no answer.
 *
 * @param budget milliseconds for all attempts
 * @throws ReadFailed
 */
export async function readWindow(client: AwsClient, settings: Settings, budget: number): Promise<Reading> {
  const { operatorParameter, plannedParameter } = settings;
  const answer = await getParameters(client, plannedParameter === undefined ? [operatorParameter] : [operatorParameter, plannedParameter], budget);
  const found = new Map(answer.map((parameter) => [parameter.Name, parameter]));
  const operator = found.get(operatorParameter);
  if (!operator) {
    throw new ReadFailed(`parameter ${operatorParameter} does not exist: deploy its stack again, or write 'auto' to it`);
  }
  return {
    operator: value(operatorParameter, operator, parseOperator),
    version: Number(operator.Version) || 0,
    lastModified: (Number(operator.LastModifiedDate) || 0) * 1000,
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

async function getParameters(client: AwsClient, names: string[], budget: number): Promise<JsonObject[]> {
  let answer: JsonObject;
  try {
    answer = await client.call('ssm', 'GetParameters', { Names: names }, client.clock() + budget);
  } catch (error) {
    throw new ReadFailed(`ssm:GetParameters failed, ${reasonOf(error)}`, { cause: error });
  }
  const { Parameters: parameters } = answer;
  if (!Array.isArray(parameters) || !parameters.every(isObject)) {
    throw new ReadFailed('ssm:GetParameters answered without Parameters');
  }
  return parameters;
}
