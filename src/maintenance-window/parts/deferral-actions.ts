import { Lazy } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { SOURCES } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { ValidationError } from '../../private/validation-error';
import { pipeAction, pipesOf } from '../checks/pipes';
import { Deferral } from '../deferral';
import { DeferralAction } from '../deferral-action';

/**
 * The overrides by the contract's names of the sources.
 *
 * @param scope the function that has them
 * @throws ValidationError for a source that does not exist and for an action that a source does not allow
 */
export function deferralBySource(scope: IConstruct, deferral: Deferral): Record<string, DeferralAction> {
  const properties = SOURCES.map(({ name }) => deferralProperty(name));
  for (const [property, action] of Object.entries(deferral) as [keyof Deferral, DeferralAction | undefined][]) {
    if (action !== undefined && !properties.includes(property)) {
      throw new ValidationError(scope, `deferral.${property} (${action}) is not an event source; use one of ${properties.join(', ')}`);
    }
  }
  const overrides: Record<string, DeferralAction> = {};
  // In the contract's order: the template must not change when somebody sorts the members, as jsii does for other languages
  for (const source of SOURCES) {
    const property = deferralProperty(source.name);
    const action = deferral[property];
    if (action === undefined) {
      continue;
    }
    if (!(source.allowed as readonly string[]).includes(action)) {
      throw new ValidationError(scope, `deferral.${property} can't be ${action}; it may be ${source.allowed.join(' or ')}`);
    }
    overrides[source.name] = action;
  }
  return overrides;
}

/**
 * The overrides for a function's gate, with what the app's pipes ask for, those that are made later too; no variable in the template when there are none.
 *
 * @param found actions that only the whole app tells; may be filled later
 * @throws ValidationError as {@link deferralBySource}
 */
export function deferralVariable(fn: lambda.Function, deferral: Deferral = {}, found: Deferral = {}): string {
  deferralBySource(fn, deferral);
  return Lazy.uncachedString({
    produce: () => {
      const overrides = deferralBySource(fn, { ...deferral, ...found, pipe: pipeAction(pipesOf(new FunctionTargets(fn)), deferral) });
      return Object.keys(overrides).length === 0 ? undefined : JSON.stringify(overrides);
    },
  });
}

/** What a function does with a source's events during a window. */
export function actionFor(sourceName: string, deferral: Deferral = {}): DeferralAction {
  const override = deferral[deferralProperty(sourceName)];
  return override ?? (SOURCES.find(({ name }) => name === sourceName)!.action as DeferralAction);
}

/** `sqs-fifo` is `sqsFifo` in `Deferral`. */
export function deferralProperty(sourceName: string): keyof Deferral {
  return sourceName.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Deferral;
}
