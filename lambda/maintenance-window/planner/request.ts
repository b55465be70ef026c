/** What a request says of a window. */
import type { CloudFormationRequest } from '../../cloudformation/request';
import { parameters } from '../../contract/names.json';
import { isObject } from '../../json';
import { isOwnerTag } from './owners';
import type { Tag } from './tag';

/**
 * The name of the operator's parameter.
 *
 * @throws Error when it is absent or not one of a window
 */
export function operatorParameterName({ ResourceProperties: properties }: CloudFormationRequest): string {
  const name = properties.OperatorParameterName;
  if (!isWindowParameter(name)) {
    throw new Error(`OperatorParameterName must begin with ${parameters.prefix}, got ${JSON.stringify(name)}`);
  }
  return name;
}

export function isWindowParameter(name: unknown): name is string {
  return typeof name === 'string' && name.startsWith(parameters.prefix);
}

/**
 * The tags that the parameter is to have; none when the request names none.
 *
 * @throws Error when they are not a list of Key and Value, or one of them is the planner's own
 */
export function tagsOf({ ResourceProperties: { Tags: tags = [] } }: CloudFormationRequest): Tag[] {
  if (!Array.isArray(tags) || !tags.every(isTag)) {
    throw new Error(`Tags must be a list of Key and Value, got ${JSON.stringify(tags)}`);
  }
  const own = tags.find(({ Key }) => isOwnerTag(Key));
  if (own) {
    throw new Error(`Tags must not have the key ${own.Key}, got ${JSON.stringify(own.Value)} for it: it says who owns the parameter`);
  }
  return tags;
}

function isTag(tag: unknown): tag is Tag {
  return isObject(tag) && typeof tag.Key === 'string' && typeof tag.Value === 'string';
}
