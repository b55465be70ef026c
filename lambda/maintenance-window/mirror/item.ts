/** A window's item in the mirror's table: DynamoDB's form of it, and its size. Attributes: lambda/contract/maintenance-window/mirror.json. */
import { announced as announcements, key, mostBytes } from '../../contract/maintenance-window/mirror.json';
import type { Announced, FoundItem, Mirrored, MirroredValue } from './mirrored';
import { fittingPlanned } from './planned-fit';

/** An attribute's value as DynamoDB has it, as far as the mirror writes any; what later versions write is only passed on. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** An attribute's value as the mirror writes it. */
export type WrittenValue = { readonly S: string } | { readonly N: string };

/** Attributes that are removed when there is no planned parameter. */
const PLANNED = ['planned', 'plannedVersion', 'plannedModified'];

/** Reads what can be read of an item: each part that is missing or damaged is undefined. */
export function readItem(item: Item): FoundItem {
  const told = item.announced?.S;
  return {
    operator: part(item, 'operator'),
    planned: part(item, 'planned'),
    checkedAt: wholeNumber(item.checkedAt),
    announced: announcements.includes(told ?? '') ? (told as Announced) : undefined,
  };
}

/**
 * The item to write, with its planned intervals cut as far as its size demands.
 *
 * @param found the item as it is, undefined when there is none: its revision is raised, and attributes of later versions stay
 * @param now epoch milliseconds
 */
export function itemOf<A extends AttributeValue>(
  operatorParameter: string,
  { operator, planned, checkedAt, announced }: Mirrored,
  found: Readonly<Record<string, A>> | undefined,
  now: number,
): Record<string, A | WrittenValue> {
  const item: Record<string, A | WrittenValue> = { ...found };
  PLANNED.forEach((name) => delete item[name]);
  Object.assign(item, {
    [key]: { S: operatorParameter },
    operator: { S: operator.value },
    operatorVersion: { N: String(operator.version) },
    operatorModified: { N: String(operator.modified) },
    checkedAt: { N: String(checkedAt) },
    revision: { N: String((wholeNumber(found?.revision) ?? 0) + 1) },
    ...(announced && { announced: { S: announced } }),
  });
  if (planned) {
    const withPlanned = (text: string) => ({
      ...item,
      planned: { S: text },
      plannedVersion: { N: String(planned.version) },
      plannedModified: { N: String(planned.modified) },
    });
    return withPlanned(fittingPlanned(planned.value, mostBytes.value - bytesOf(withPlanned('')), now));
  }
  return item;
}

/** Bytes of an item as DynamoDB counts them, or a few more: names and texts as UTF-8, numbers by two digits a byte. */
export function bytesOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOfValue(value), 0);
}

function bytesOfValue(value: AttributeValue): number {
  if (value.S !== undefined) {
    return Buffer.byteLength(value.S);
  }
  // Of other types, which are a later version's, the JSON is longer than what DynamoDB counts
  return value.N === undefined ? Buffer.byteLength(JSON.stringify(value)) : Math.ceil(value.N.length / 2) + 2;
}

function part(item: Item, name: 'operator' | 'planned'): MirroredValue | undefined {
  const value = item[name]?.S;
  const version = wholeNumber(item[`${name}Version`]);
  const modified = wholeNumber(item[`${name}Modified`]);
  return value === undefined || version === undefined || modified === undefined ? undefined : { value, version, modified };
}

function wholeNumber(attribute: AttributeValue | undefined): number | undefined {
  const number = attribute?.N ? Number(attribute.N) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
