/** DynamoDB's condition and update expressions, as far as this project writes them; anything else is an error, never a guess. */
import { isDeepStrictEqual } from 'node:util';

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export interface Names {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

const TOKEN = /\s*(?:(<=|>=|<>|[=<>()+,-])|([:#]?[A-Za-z_][A-Za-z0-9_]*(?:\.#?[A-Za-z_][A-Za-z0-9_]*)*))/y;

class Reader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    private readonly expression: string,
    private readonly item: Item,
    private readonly names: Names,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < expression.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(expression);
      if (!match) {
        throw new Error(`cannot read '${expression}' at ${from}`);
      }
      this.tokens.push(match[1] ?? match[2]);
    }
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(): string {
    return this.tokens[this.at] ?? '';
  }

  next(wanted?: string): string {
    const token = this.tokens[this.at++];
    if (token === undefined || (wanted !== undefined && token.toUpperCase() !== wanted)) {
      throw new Error(`expected ${wanted ?? 'more'} instead of '${token}' in '${this.expression}'`);
    }
    return token;
  }

  is(word: string): boolean {
    return this.peek().toUpperCase() === word;
  }

  condition(): boolean {
    let result = this.conjunction();
    while (this.is('OR')) {
      this.next();
      result = this.conjunction() || result;
    }
    return result;
  }

  private conjunction(): boolean {
    let result = this.comparison();
    while (this.is('AND')) {
      this.next();
      result = this.comparison() && result;
    }
    return result;
  }

  private comparison(): boolean {
    if (this.is('NOT')) {
      this.next();
      return !this.comparison();
    }
    if (this.is('(')) {
      this.next();
      const result = this.condition();
      this.next(')');
      return result;
    }
    if (this.is('ATTRIBUTE_EXISTS') || this.is('ATTRIBUTE_NOT_EXISTS')) {
      const wanted = this.next().toUpperCase() === 'ATTRIBUTE_EXISTS';
      this.next('(');
      const exists = this.value(this.next()) !== undefined;
      this.next(')');
      return exists === wanted;
    }
    if (this.is('BEGINS_WITH')) {
      this.next();
      this.next('(');
      const text = this.value(this.next());
      this.next(',');
      const beginning = this.value(this.next());
      this.next(')');
      return text?.S !== undefined && text.S.startsWith(beginning!.S!);
    }
    const left = this.value(this.next());
    const operator = this.next();
    return compare(left, operator, this.value(this.next()));
  }

  operand(): AttributeValue {
    let result = this.term();
    while (this.is('+') || this.is('-')) {
      const sign = this.next() === '+' ? 1 : -1;
      result = { N: String(asNumber(result) + sign * asNumber(this.term())) };
    }
    return result;
  }

  private term(): AttributeValue {
    const token = this.next();
    if (token === 'if_not_exists' || token === 'list_append') {
      this.next('(');
      const first = token === 'if_not_exists' ? this.value(this.next()) : this.operand();
      this.next(',');
      const second = this.operand();
      this.next(')');
      return token === 'if_not_exists' ? (first ?? second) : { L: [...first!.L!, ...second.L!] };
    }
    const value = this.value(token);
    if (value === undefined) {
      throw new Error(`ValidationException: '${token}' is not in the item, in '${this.expression}'`);
    }
    return value;
  }

  attribute(): string {
    return this.name(this.next());
  }

  private value(token: string): AttributeValue | undefined {
    if (token.startsWith(':')) {
      const value = this.names.ExpressionAttributeValues?.[token];
      if (!value) {
        throw new Error(`ValidationException: ${token} has no value, in '${this.expression}'`);
      }
      return value;
    }
    const [first, ...path] = token.split('.').map((part) => this.name(part));
    return path.reduce<AttributeValue | undefined>((value, part) => value?.M?.[part], this.item[first]);
  }

  private name(token: string): string {
    const name = token.startsWith('#') ? this.names.ExpressionAttributeNames?.[token] : token;
    if (!name) {
      throw new Error(`ValidationException: ${token} has no name, in '${this.expression}'`);
    }
    return name;
  }
}

/** Whether a condition holds for an item; an item that does not exist has no attributes. */
export function holds(condition: string | undefined, item: Item | undefined, names: Names): boolean {
  if (!condition) {
    return true;
  }
  const reader = new Reader(condition, item ?? {}, names);
  const result = reader.condition();
  if (!reader.done) {
    throw new Error(`cannot read all of '${condition}'`);
  }
  return result;
}

/** The item after an update expression; every right side sees the item as it was. */
export function updated(expression: string, item: Item, names: Names): Item {
  const result: Item = { ...item };
  const reader = new Reader(expression, item, names);
  const items = (work: () => void) => {
    work();
    while (reader.is(',')) {
      reader.next();
      work();
    }
  };
  while (!reader.done) {
    const section = reader.next().toUpperCase();
    items(() => {
      const attribute = reader.attribute();
      if (section === 'SET') {
        reader.next('=');
        result[attribute] = reader.operand();
      } else if (section === 'ADD') {
        result[attribute] = { N: String(asNumber(item[attribute] ?? { N: '0' }) + asNumber(reader.operand())) };
      } else if (section === 'REMOVE') {
        delete result[attribute];
      } else {
        throw new Error(`unknown section '${section}' in '${expression}'`);
      }
    });
  }
  return result;
}

function asNumber(value: AttributeValue): number {
  if (value.N === undefined) {
    throw new Error(`ValidationException: ${JSON.stringify(value)} is no number`);
  }
  return Number(value.N);
}

function compare(left: AttributeValue | undefined, operator: string, right: AttributeValue | undefined): boolean {
  if (left === undefined || right === undefined) {
    return false;
  }
  if (operator === '=' || operator === '<>') {
    const same = left.N !== undefined && right.N !== undefined ? Number(left.N) === Number(right.N) : isDeepStrictEqual(left, right);
    return same === (operator === '=');
  }
  const [a, b] = left.N !== undefined && right.N !== undefined ? [Number(left.N), Number(right.N)] : [left.S ?? NaN, right.S ?? NaN];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}
