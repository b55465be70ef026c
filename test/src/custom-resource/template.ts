import { Duration, Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

import {
  type LongRunningCodeOptions,
  LongRunningCustomResource,
  type LongRunningCustomResourceProps,
  type LongRunningFunctionHandler,
  LongRunningHandler,
  LongRunningProvider,
  type LongRunningProviderProps,
} from '../../../src';
import { newStack, resources, type TemplateResource } from '../maintenance-window/app';

const SOURCE = `const { customResource, done } = require('cdk-patient-lambda/handler');
exports.handler = customResource({ create: () => done({}), update: () => done({}), delete: () => done({}) });`;

/** A function's code. */
export const CODE = { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline(SOURCE) };

/** A handler that the construct makes the function of. */
export function code(options: Partial<LongRunningCodeOptions> = {}): LongRunningFunctionHandler {
  return LongRunningHandler.fromCode({ ...CODE, ...options });
}

export function longRunning(scope: Construct, id: string, props: Partial<LongRunningCustomResourceProps> = {}): LongRunningCustomResource {
  return new LongRunningCustomResource(scope, id, { handler: code(), ...props });
}

export const TIMEOUT = Duration.minutes(15);

/** A function made elsewhere. */
export function fn(stack: Stack, props: Partial<lambda.FunctionProps> = {}, id = 'Fn'): lambda.Function {
  return new lambda.Function(stack, id, { ...CODE, timeout: TIMEOUT, ...props });
}

/** Why a provider refuses its properties. */
export function refusal(scope: Stack, props: Partial<LongRunningProviderProps>): string {
  try {
    new LongRunningProvider(scope, 'P', { handler: code(), ...props });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

/** Why a provider refuses a function made elsewhere. */
export function refused(props: Partial<lambda.FunctionProps>, change: (fn: lambda.Function) => void = () => {}): string {
  const stack = newStack();
  const made = fn(stack, props);
  change(made);
  return refusal(stack, { handler: LongRunningHandler.fromFunction(made) });
}

type Resources = Record<string, TemplateResource>;

/** The resources that a resource waits for, directly. */
export function directlyBefore(all: Resources, id: string): string[] {
  const { DependsOn: dependsOn, ...rest } = all[id] as TemplateResource & { DependsOn?: string | string[] };
  return [...new Set([...[dependsOn ?? []].flat(), ...references(rest)])].filter((other) => other in all);
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    switch (key) {
      case 'Ref':
        return [inner as string];
      case 'Fn::GetAtt':
        return [(inner as string[])[0]];
      case 'Fn::Sub':
        return [...String([inner].flat()[0]).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id);
      default:
        return references(inner);
    }
  });
}

/** All resources that a resource waits for. */
export function before(all: Resources, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (at: string) =>
    directlyBefore(all, at)
      .filter((next) => !found.has(next))
      .forEach((next) => {
        found.add(next);
        visit(next);
      });
  visit(id);
  return found;
}

/**
 * How many resources CloudFormation makes one after the other.
 *
 * @throws Error when they wait for each other
 */
export function depth(all: Resources): number {
  const known = new Map<string, number>();
  const of = (id: string, path: string[]): number => {
    if (path.includes(id)) {
      throw new Error(`circular: ${[...path, id].join(' -> ')}`);
    }
    const value = known.get(id) ?? 1 + Math.max(0, ...directlyBefore(all, id).map((next) => of(next, [...path, id])));
    known.set(id, value);
    return value;
  };
  return Math.max(...Object.keys(all).map((id) => of(id, [])));
}

/** The only resource of a type. */
export function only(stack: Stack, type: string): [id: string, resource: TemplateResource] {
  const found = Object.entries(resources(stack)).filter(([, { Type }]) => Type === type);
  if (found.length !== 1) {
    throw new Error(`expected one ${type}, found ${found.length}`);
  }
  return found[0];
}

/** The function that is not the responder. */
export function functionOf(stack: Stack): TemplateResource {
  return Object.entries(resources(stack)).find(([id, { Type }]) => Type === 'AWS::Lambda::Function' && !id.startsWith('CdkPatientLambda'))![1];
}

/** What synth complains about; nothing when it succeeds. */
export function problems(stack: Stack): string {
  try {
    Stage.of(stack)!.synth({ force: true });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
