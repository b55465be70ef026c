import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What a conditional write puts in place of a name that DynamoDB could take for a reserved word: every attribute is written as #name. */
const NAME = /#([A-Za-z]+)/g;

export type Value = string | number | AttributeValue;

/** One conditional UpdateItem on one row. Attributes are written as #name, values as :name. */
export interface Change {
  readonly id: string;
  /** The condition expression. */
  readonly when: string;
  /** The update expression. */
  readonly then: string;
  readonly values: Readonly<Record<string, Value>>;
}

/** The change as UpdateItem wants it, but for the table. */
export function updateInput({ id, when, then, values }: Change) {
  return {
    Key: { pk: { S: id } },
    ConditionExpression: when,
    UpdateExpression: then,
    ExpressionAttributeNames: namesIn(when, then),
    ExpressionAttributeValues: valuesOf(values),
    ReturnValues: 'ALL_NEW' as const,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

/** ExpressionAttributeNames for all that expressions name. */
export function namesIn(...expressions: readonly (string | undefined)[]): Record<string, string> {
  return Object.fromEntries(expressions.flatMap((expression) => [...(expression ?? '').matchAll(NAME)].map(([written, name]) => [written, name])));
}

/** ExpressionAttributeValues with text and numbers written plainly. */
export function valuesOf(values: Readonly<Record<string, Value>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, attribute(value)]));
}

export function attribute(value: Value): AttributeValue {
  if (typeof value === 'string') {
    return { S: value };
  }
  return typeof value === 'number' ? { N: String(value) } : value;
}
