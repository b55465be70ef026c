/** Reads the window's parameters with one GetParameters call, within a budget. */
import type { AwsClient, AwsError, JsonObject } from '../../../../aws/nodejs/client';
import { reasonOf } from '../../../../thrown';
import { type OperatorValue, parseOperator, parsePlanned, type PlannedValue } from '../../../window/value';
import { isObject } from '../held/sources';
import type { Settings } from './settings';

/** What one read brought. */
export interface Reading {
  readonly operator: OperatorValue;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly lastModified: number;
  readonly planned: PlannedValue | null;
  /** Why the planned value is expected and not known. */
  readonly plannedFailure: string | null;
}

/** Nothing is known after this read; the message is the cause. */
export class ReadFailed extends Error {}

/**
 * Reads once, and once more on a fresh connection when the first attempt got no answer.
 *
 * @param budget milliseconds for both
 * @throws ReadFailed
 */
export async function readWindow(client: AwsClient, settings: Settings, budget: number): Promise<Reading> {
  const { operatorParameter, plannedParameter } = settings;
  const answer = await getParameters(client, plannedParameter === null ? [operatorParameter] : [operatorParameter, plannedParameter], budget);
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

function readPlanned(name: string | null, found: ReadonlyMap<unknown, JsonObject>): Pick<Reading, 'planned' | 'plannedFailure'> {
  if (name === null) {
    return { planned: null, plannedFailure: null };
  }
  const parameter = found.get(name);
  if (!parameter) {
    return { planned: null, plannedFailure: `parameter ${name} does not exist` };
  }
  try {
    return { planned: value(name, parameter, parsePlanned), plannedFailure: null };
  } catch (error) {
    return { planned: null, plannedFailure: reasonOf(error) };
  }
}

function value<T>(name: string, parameter: JsonObject, parseValue: (text: string) => T): T {
  try {
    return parseValue(String(parameter.Value ?? ''));
  } catch (error) {
    throw new ReadFailed(`parameter ${name} cannot be read, ${reasonOf(error)}`, { cause: error });
  }
}

async function getParameters(client: AwsClient, names: string[], budget: number): Promise<JsonObject[]> {
  const until = client.clock() + budget;
  const attempt = (milliseconds: number, fresh: boolean) => client.callOnce('ssm', 'GetParameters', { Names: names }, milliseconds, fresh);
  let answer: JsonObject;
  try {
    // Half of the budget at most: a kept connection may be dead without a sign
    answer = await attempt(budget / 2, false).catch(async (error: AwsError) => {
      const left = until - client.clock();
      if (!error.retryable || left <= 0) {
        throw error;
      }
      return attempt(left, true);
    });
  } catch (error) {
    throw new ReadFailed(`ssm:GetParameters failed, ${reasonOf(error)}`, { cause: error });
  }
  const { Parameters: parameters } = answer;
  if (!Array.isArray(parameters) || !parameters.every(isObject)) {
    throw new ReadFailed('ssm:GetParameters answered without Parameters');
  }
  return parameters;
}
