import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import names from '../../../lambda/contract/names.json';
import type { Bed } from '../../../local/bed';
import { eventually } from './eventually';

/** The table that has a window's item, by the name of its operator's parameter. */
export function mirrorTableOf(operatorParameter: string): string {
  const [stackName] = operatorParameter.slice(names.parameters.prefix.length).split('/');
  return names.mirror.tablePrefix + stackName;
}

/** Writes a window's value as an operator does. */
export async function writeParameter(bed: Bed, name: string, value: string): Promise<void> {
  await new SSMClient(bed.clientConfig).send(new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true }));
}

/** Writes a window's value and waits until the planner has mirrored it: functions know it after their cacheTtl. */
export async function writeWindow(bed: Bed, name: string, value: string): Promise<void> {
  await writeParameter(bed, name, value);
  await eventually(
    () => mirrored(bed, name),
    (item) => item?.operator.S === value,
  );
}

/** The window's item in the mirror. */
export async function mirrored(bed: Bed, name: string): Promise<Record<string, AttributeValue> | undefined> {
  const command = new GetItemCommand({ TableName: mirrorTableOf(name), Key: { pk: { S: name } }, ConsistentRead: true });
  return (await new DynamoDBClient(bed.clientConfig).send(command)).Item;
}
