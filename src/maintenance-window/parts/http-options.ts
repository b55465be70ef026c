import { Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { HTTP_OPTIONS } from '../../private/contract.generated';
import { ValidationError } from '../../private/validation-error';
import { Rejection } from '../rejection';

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Printable ASCII. */
const HEADER_VALUE = /^[ -~]*$/;
/** A method in capitals or a star, and a path whose only star is its end. */
const PATTERN = /^(\*|[A-Z]+) \/[^*]*\*?$/;

/**
 * The value of the variable that tells a function's own rejection.
 *
 * @param scope the function that has it
 * @throws ValidationError for a part that the gate would refuse when it starts
 */
export function rejectionVariable(scope: IConstruct, rejection: Rejection): string {
  const { least, most } = HTTP_OPTIONS.statusCode;
  const { statusCode, headers = {} } = rejection;
  if (statusCode !== undefined && (!Number.isInteger(statusCode) || statusCode < least || statusCode > most)) {
    const got = Token.isUnresolved(statusCode) ? 'a token' : String(statusCode);
    throw new ValidationError(scope, `rejection.statusCode must be a whole number from ${least} to ${most}, got ${got}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    checkHeader(scope, name, value, Object.keys(headers));
  }
  return json(scope, 'rejection', rejection);
}

/**
 * The value of the variable that tells which requests always run.
 *
 * @param scope the function that has it
 * @throws ValidationError for a pattern that the gate would refuse when it starts, and for too many
 */
export function alwaysRunVariable(scope: IConstruct, patterns: string[]): string {
  const most = HTTP_OPTIONS.mostPatterns;
  if (patterns.length > most) {
    throw new ValidationError(scope, `alwaysRun has ${patterns.length} patterns: give at most ${most}, or set deferral of the source to RUN`);
  }
  const wrong = patterns.find((pattern) => !Token.isUnresolved(pattern) && !PATTERN.test(pattern));
  if (wrong !== undefined) {
    const form = "a method in capitals or '*', one space, and a path that begins with '/' and has '*' at its end or nowhere, as 'GET /orders/*'";
    throw new ValidationError(scope, `alwaysRun has '${wrong}': a pattern is ${form}`);
  }
  return json(scope, 'alwaysRun', patterns);
}

function checkHeader(scope: IConstruct, name: string, value: string, all: string[]): void {
  if (!HEADER_NAME.test(name) || all.some((other) => other !== name && other.toLowerCase() === name.toLowerCase())) {
    throw new ValidationError(scope, `rejection.headers has '${name}': a name must be one that HTTP allows, and be there once whatever its case`);
  }
  if (!Token.isUnresolved(value) && !HEADER_VALUE.test(value)) {
    throw new ValidationError(scope, `rejection.headers.${name} must be printable ASCII in one line, got ${JSON.stringify(value)}`);
  }
}

/** All variables of a function share 4 KB. What tokens become is not known yet: then the gate checks it when it starts. */
function json(scope: IConstruct, property: string, value: unknown): string {
  const text = JSON.stringify(value);
  if (Token.isUnresolved(text)) {
    return Stack.of(scope).toJsonString(value);
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > HTTP_OPTIONS.variableBytes) {
    throw new ValidationError(scope, `${property} is ${bytes} bytes as JSON: give at most ${HTTP_OPTIONS.variableBytes}, such as a link to a page`);
  }
  return text;
}
