/** What an event of the planner is about. */
import { isObject } from '../../json';

export type PlannerEvent =
  | { readonly kind: 'MINUTE' }
  /** `parameter` is the name of the one that was created, updated or deleted. */
  | { readonly kind: 'CHANGE'; readonly parameter: string }
  /** A request of CloudFormation. */
  | { readonly kind: 'REQUEST' };

/**
 * Reads an event by its shape.
 *
 * @throws Error when it is not one of the planner's
 */
export function readEvent(event: unknown): PlannerEvent {
  const fields = isObject(event) ? event : {};
  if ('RequestType' in fields) {
    return { kind: 'REQUEST' };
  }
  const type = fields['detail-type'];
  if (fields.source === 'aws.events' && type === 'Scheduled Event') {
    return { kind: 'MINUTE' };
  }
  if (fields.source === 'aws.ssm' && type === 'Parameter Store Change') {
    const name = isObject(fields.detail) ? fields.detail.name : undefined;
    if (typeof name === 'string') {
      return { kind: 'CHANGE', parameter: name };
    }
    throw new Error(`an event Parameter Store Change must have the parameter's name in detail.name, got ${JSON.stringify(name)}`);
  }
  throw new Error(
    "this event is not one of the planner's, which are requests of CloudFormation, Parameter Store Change and Scheduled Event: it has " +
      `source ${JSON.stringify(fields.source)} and detail-type ${JSON.stringify(type)}`,
  );
}
