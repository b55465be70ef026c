/** DynamoDB's JSON for the values that rows hold, and the one conditional change of a row. */
import type { JsonObject } from '../../../../aws/nodejs/client';

/** What a row holds, or a list or map in it. Bytes are buffers. */
export type Value = string | number | boolean | Buffer | readonly Value[] | { readonly [name: string]: Value | undefined };
export type Row = Record<string, Value>;

/** DynamoDB's form of a value. */
export function encode(value: Value): JsonObject {
  if (typeof value === 'string') {
    return { S: value };
  }
  if (typeof value === 'number') {
    return { N: String(value) };
  }
  if (typeof value === 'boolean') {
    return { BOOL: value };
  }
  if (Buffer.isBuffer(value)) {
    return { B: value.toString('base64') };
  }
  return Array.isArray(value) ? { L: value.map(encode) } : { M: encodeRow(value) };
}

/** DynamoDB's form of a row or a map. Members that are undefined are left out. */
export function encodeRow(row: object): JsonObject {
  const members = Object.entries(row).filter((member): member is [string, Value] => member[1] !== undefined);
  return Object.fromEntries(members.map(([name, value]) => [name, encode(value)]));
}

/** A row from DynamoDB's form. Types that the gate never writes come as they are. */
export function decodeRow(item: JsonObject): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, decode(value as JsonObject)]));
}

function decode(value: JsonObject): Value {
  const [[type, content]] = Object.entries(value);
  switch (type) {
    case 'N':
      return Number(content);
    case 'B':
      return Buffer.from(content as string, 'base64');
    case 'L':
      return (content as JsonObject[]).map(decode);
    case 'M':
      return decodeRow(content as JsonObject);
    default:
      return content as Value;
  }
}

/** About what a list of texts takes in a row: DynamoDB counts one byte for each element, and up to three for the list. */
export function listBytes(texts: readonly string[]): number {
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text) + 4, 0);
}

/** A change of one row under conditions, written step by step. */
export class Update {
  private readonly names = new Map<string, string>();
  private readonly values: JsonObject = {};
  private readonly sets: string[] = [];
  private readonly removed: string[] = [];
  private readonly conditions: string[] = [];

  set(name: string, value: Value): this {
    this.sets.push(`${this.name(name)} = ${this.value(value)}`);
    return this;
  }

  add(name: string, value: number): this {
    this.sets.push(`${this.name(name)} = ${this.name(name)} + ${this.value(value)}`);
    return this;
  }

  append(name: string, values: readonly Value[]): this {
    this.sets.push(`${this.name(name)} = list_append(if_not_exists(${this.name(name)}, ${this.value([])}), ${this.value(values)})`);
    return this;
  }

  remove(...names: string[]): this {
    this.removed.push(...names.map((name) => this.name(name)));
    return this;
  }

  when(name: string, value: Value): this {
    this.conditions.push(`${this.name(name)} = ${this.value(value)}`);
    return this;
  }

  /** The request of UpdateItem. */
  request(table: string, key: string): JsonObject {
    return {
      TableName: table,
      Key: { pk: { S: key } },
      UpdateExpression: `SET ${this.sets.join(', ')}${this.removed.length > 0 ? ` REMOVE ${this.removed.join(', ')}` : ''}`,
      ConditionExpression: this.conditions.join(' AND '),
      ExpressionAttributeNames: Object.fromEntries([...this.names].map(([name, alias]) => [alias, name])),
      ExpressionAttributeValues: this.values,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
  }

  private name(name: string): string {
    const alias = this.names.get(name) ?? `#n${this.names.size}`;
    this.names.set(name, alias);
    return alias;
  }

  private value(value: Value): string {
    const alias = `:v${Object.keys(this.values).length}`;
    this.values[alias] = encode(value);
    return alias;
  }
}
