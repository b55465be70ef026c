import { createHash } from 'node:crypto';

import { CfnResource, Lazy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';

import { COALESCING } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { templateProperties } from '../../private/template-properties';

/** What EventBridge Scheduler replaces in an input, so that each tick has other bytes. */
const PLACEHOLDER = '<aws.scheduler.';
/** Of a schedule that fires once: what it starts is no tick of many. */
const ONCE = 'at(';

/** A schedule that calls a function with an input of its own, in place of an event that names the schedule. */
interface Schedule {
  readonly resource: CfnResource;
  /** Undefined when only the deployment will know it. */
  readonly input?: string;
}

interface Target {
  readonly Arn: unknown;
  readonly Input?: unknown;
}

/** What was found last: a template is resolved many times, and each search goes through all schedules of the app. */
const FOUND = new WeakMap<lambda.Function, TickInputs>();

/** The inputs of a function's schedules for its gate, those that are made later too; no variable in the template when there are none. */
export function tickInputsVariable(fn: lambda.Function): string {
  return Lazy.uncachedString({ produce: () => (FOUND.get(fn) ?? new TickInputs(fn)).variable });
}

/** The inputs by which a function's ticks are known, of all schedules in the app. */
export class TickInputs {
  private readonly schedules: readonly Schedule[];

  /** Looks for them in the app as it is now; from then on the gate is told what was found. */
  public static find(fn: lambda.Function): TickInputs {
    const found = new TickInputs(fn);
    FOUND.set(fn, found);
    return found;
  }

  constructor(fn: lambda.Function) {
    const targets = new FunctionTargets(fn);
    this.schedules = [...rulesOf(targets), ...schedulesOf(targets)].filter(({ input }) => !input?.includes(PLACEHOLDER));
  }

  /** For the gate, undefined when there are none. */
  public get variable(): string | undefined {
    return this.digests.slice(0, COALESCING.tickInputs.most.value).join(',') || undefined;
  }

  /** How many inputs are more than the gate is told. */
  public get tooMany(): number {
    return Math.max(0, this.digests.length - COALESCING.tickInputs.most.value);
  }

  /** The schedules whose input only the deployment will know. */
  public get unknown(): readonly CfnResource[] {
    return this.schedules.filter(({ input }) => input === undefined).map(({ resource }) => resource);
  }

  /** Sorted, for the template must not change with the order in which schedules are made. */
  private get digests(): string[] {
    const texts = this.schedules.flatMap(({ input }) => (input === undefined ? [] : [input, ...compact(input)]));
    return [...new Set(texts.map(digestOf))].sort();
  }
}

function rulesOf(targets: FunctionTargets): Schedule[] {
  return targets
    .ofType(events.CfnRule)
    .map((rule) => ({ rule, properties: templateProperties(rule) }))
    .filter(({ properties }) => properties.ScheduleExpression !== undefined && properties.EventPattern === undefined)
    .flatMap(({ rule, properties }) => schedulesTo(targets, rule, properties.Targets));
}

function schedulesOf(targets: FunctionTargets): Schedule[] {
  return targets
    .ofType(scheduler.CfnSchedule)
    .map((schedule) => ({ schedule, properties: templateProperties(schedule) }))
    .filter(({ properties }) => !String(properties.ScheduleExpression).startsWith(ONCE))
    .flatMap(({ schedule, properties }) => schedulesTo(targets, schedule, [properties.Target]));
}

/** @param all the targets of a schedule, with references as paths */
function schedulesTo(targets: FunctionTargets, resource: CfnResource, all: unknown): Schedule[] {
  return ((all ?? []) as Target[])
    .filter(({ Arn, Input }) => Input !== undefined && targets.isNamedBy(Arn, resource))
    .map(({ Input: input }) => ({ resource, input: typeof input === 'string' ? input : undefined }));
}

/** The service may hand on what an input says and not how it is spaced. */
function compact(input: string): string[] {
  try {
    return [JSON.stringify(JSON.parse(input))];
  } catch {
    return [];
  }
}

function digestOf(input: string): string {
  return createHash('sha256').update(input).digest('base64url').slice(0, COALESCING.tickInputs.digestCharacters.value);
}
