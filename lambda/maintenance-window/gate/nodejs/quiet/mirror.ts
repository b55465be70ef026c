/** Reads the window's item in the mirror, which the planner keeps. */
import type { AwsClient, JsonObject } from '../../../../aws/nodejs/client';
import { reasonOf } from '../../../../thrown';
import { parseOperator, parsePlanned } from '../../../window/value';
import { ReadFailed, type Reading } from './reading';
import type { Settings } from './settings';

/** What the item says, and when Parameter Store last said the same, epoch milliseconds. */
export interface MirrorReading extends Reading {
  readonly checkedAt: number;
}

/**
 * Reads the item consistently, and again with back-off after a throttle, a server's error or no answer.
 *
 * @param until epoch milliseconds after which no attempt begins
 * @param elsewhere whether Parameter Store is asked after it: then a first connection from a slow environment has all the time, not half of it
 * @throws ReadFailed
 */
export async function readMirror(client: AwsClient, table: string, settings: Settings, until: number, elsewhere: boolean): Promise<MirrorReading> {
  const { operatorParameter, plannedParameter } = settings;
  let answer: JsonObject;
  try {
    const key = { pk: { S: operatorParameter } };
    answer = await client.call('dynamodb', 'GetItem', { TableName: table, Key: key, ConsistentRead: true }, until, elsewhere);
  } catch (error) {
    throw new ReadFailed(`dynamodb:GetItem failed, ${reasonOf(error)}`, { cause: error });
  }
  try {
    return readItem(answer.Item as Item | undefined, plannedParameter !== undefined);
  } catch (error) {
    throw new ReadFailed(`the mirror ${table} ${reasonOf(error)}`, { cause: error });
  }
}

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string } | undefined>>;

/**
 * What an item says.
 *
 * @param withPlanned whether there must be planned intervals; without, those that there are do not count
 * @throws Error saying what of it can't be read
 */
export function readItem(item: Item | undefined, withPlanned: boolean): MirrorReading {
  if (item === undefined) {
    throw new Error('has no item of this window: the planner makes it within a minute');
  }
  const value = <T>(name: string, parse: (text: string) => T) => {
    const text = item[name]?.S;
    if (text === undefined) {
      throw new Error(`has no ${name}`);
    }
    try {
      return parse(text);
    } catch (error) {
      throw new Error(`has a value of ${name} that cannot be read, ${reasonOf(error)}`, { cause: error });
    }
  };
  const number = (name: string) => {
    const found = Number(item[name]?.N || NaN);
    if (!Number.isFinite(found)) {
      throw new Error(`has no number ${name}`);
    }
    return found;
  };
  return {
    operator: value('operator', parseOperator),
    version: number('operatorVersion'),
    lastModified: number('operatorModified'),
    planned: withPlanned ? value('planned', parsePlanned) : null,
    checkedAt: number('checkedAt'),
  };
}
