/** The conditions under which the planner writes the mirror's items, and no others. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

interface Condition {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

const MISSING = /^attribute_not_exists\(([#\w]+)\)$/;
const EQUALS = /^([#\w]+) = (:\w+)$/;

/**
 * Whether the condition holds for what is there.
 *
 * @throws Error when it is of a kind that is not known here
 */
export function holds(condition: Condition, there: Record<string, AttributeValue> | undefined): boolean {
  const { ConditionExpression: expression, ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = condition;
  if (expression === undefined) {
    return true;
  }
  const attribute = (name: string) => there?.[names[name] ?? name];
  const missing = MISSING.exec(expression);
  if (missing) {
    return attribute(missing[1]) === undefined;
  }
  const equals = EQUALS.exec(expression);
  if (equals) {
    return JSON.stringify(attribute(equals[1])) === JSON.stringify(values[equals[2]]);
  }
  throw new Error(`the simulated table knows no condition '${expression}'`);
}
