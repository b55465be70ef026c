/** What CloudFormation takes as attributes: flat, each a scalar or a list of scalars. Pure. */
import { unprintableIn } from '../../../../cloudformation/printable';
import type { CloudFormationRequest } from '../../../../cloudformation/request';
import { isObject, kindOf, notJson } from '../../../../json';

/** What is wrong with the data of an answer, by its path; undefined when CloudFormation takes it. */
export function badAttributes(data: unknown): string | undefined {
  if (!isObject(data)) {
    return `data must be an object of attributes, got ${kindOf(data)}`;
  }
  return notJson(data, 'data') ?? notFlat(data) ?? unshowable(data);
}

/** Whether it says that there are no attributes. */
export function isEmpty(data: unknown): boolean {
  return isObject(data) && Object.keys(data).length === 0;
}

/** What is odd about the data of a success, for the log; undefined when nothing is. */
export function attributesWarning({ RequestType }: Pick<CloudFormationRequest, 'RequestType'>, data: unknown): string | undefined {
  if (RequestType === 'Delete') {
    return data === undefined || isEmpty(data) ? undefined : 'a Delete has no attributes: its data is dropped';
  }
  return RequestType === 'Update' && data === undefined
    ? 'this update has no attributes: where an earlier answer had some, Fn::GetAtt of them fails from now on; ' +
        'return all of them with each update, or data: {} where there are none'
    : undefined;
}

function notFlat(data: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(data)) {
    if (isObject(value)) {
      const [inner = 'name'] = Object.keys(value);
      return `data.${name} is an object, and attributes are flat; a name may hold a dot: data: { '${name}.${inner}': ... }`;
    }
    const items = Array.isArray(value)
      ? value.map((item: unknown, index) => [`data.${name}[${index}]`, item] as const)
      : [[`data.${name}`, value] as const];
    const bad = items.find(([, item]) => item === null || typeof item === 'object');
    if (bad) {
      return `${bad[0]} is ${kindOf(bad[1])}: an attribute is a string, a number, true or false, or a list of these`;
    }
  }
  return undefined;
}

function unshowable(data: unknown): string | undefined {
  const path = unprintableIn(data, 'data');
  return path === undefined ? undefined : `${path} holds escape sequences, control characters or broken Unicode, which CloudFormation can't show`;
}
