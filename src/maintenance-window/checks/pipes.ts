import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as pipes from 'aws-cdk-lib/aws-pipes';

import { FunctionTargets } from '../../private/function-targets';
import { templateProperties } from '../../private/template-properties';
import { Deferral } from '../deferral';
import { DeferralAction } from '../deferral-action';

/** How an EventBridge pipe hears of a function's errors: only where it waits for an answer. */
export enum PipeUse {
  /** As a target that it waits for. */
  TARGET = 'TARGET',
  /** As an enrichment, whose answer goes on to the target. */
  ENRICHMENT = 'ENRICHMENT',
  /** As a target that it does not wait for. */
  FIRE_AND_FORGET = 'FIRE_AND_FORGET',
  /** Only the deployment knows. */
  UNKNOWN = 'UNKNOWN',
}

/** Properties of a pipe as a template has them. */
interface PipeProperties {
  readonly Target?: unknown;
  readonly Enrichment?: unknown;
  readonly TargetParameters?: { readonly LambdaFunctionParameters?: { readonly InvocationType?: unknown } };
}

/** A pipe that invokes a function. */
export interface UsedPipe {
  readonly pipe: pipes.CfnPipe;
  readonly use: PipeUse;
}

/** The pipes that invoke a function, one of its versions or one of its aliases. */
export function pipesOf(targets: FunctionTargets): UsedPipe[] {
  return targets.ofType(pipes.CfnPipe).flatMap((pipe) => {
    const { Target: target, Enrichment: enrichment, TargetParameters: parameters } = templateProperties(pipe) as PipeProperties;
    return [
      ...(targets.isNamedBy(target, pipe) ? [{ pipe, use: useOfTarget(parameters) }] : []),
      ...(targets.isNamedBy(enrichment, pipe) ? [{ pipe, use: PipeUse.ENRICHMENT }] : []),
    ];
  });
}

/** What a function does with the batches of its pipes, as far as the app tells: the gate can't see how it is invoked. */
export function pipeAction(used: readonly UsedPipe[], { pipe: override }: Deferral = {}): DeferralAction | undefined {
  if (override !== undefined || used.length === 0) {
    return override;
  }
  if (used.every(waits)) {
    return DeferralAction.LEAVE;
  }
  return used.every(({ use }) => use === PipeUse.FIRE_AND_FORGET) ? DeferralAction.DEFER : undefined;
}

/** Whether a pipe keeps its batch at its source when the function fails. */
export function waits({ use }: UsedPipe): boolean {
  return use === PipeUse.TARGET || use === PipeUse.ENRICHMENT;
}

/** Errors for pipes that would lose events, or pass a deferral on as data. */
export function checkPipes(fn: lambda.Function, { pipe: override }: Deferral = {}): string[] {
  const used = pipesOf(new FunctionTargets(fn));
  const waiting = used.filter(waits);
  const others = used.filter((one) => one.use === PipeUse.FIRE_AND_FORGET);
  if (override === DeferralAction.LEAVE) {
    return others.map(
      ({ pipe }) =>
        `deferral.pipe can't be LEAVE: the pipe '${pipe.node.path}' invokes the function with FIRE_AND_FORGET, hears of no error and would lose what is ` +
        'left to it; set deferral.pipe to DeferralAction.DEFER, or the invocation type to REQUEST_RESPONSE',
    );
  }
  if (override === DeferralAction.DEFER) {
    return enrichmentsOf(used).map(
      (path) =>
        `deferral.pipe can't be DEFER: the function is the enrichment of the pipe '${path}', whose target would get the deferral marker in place of the ` +
        'enriched events; leave deferral.pipe out',
    );
  }
  const conflict = override === undefined && waiting.length > 0 && others.length > 0;
  return conflict ? [describeConflict(waiting, others)] : [];
}

function describeConflict([waiting]: readonly UsedPipe[], [other]: readonly UsedPipe[]): string {
  return (
    `batches of the pipe '${waiting.pipe.node.path}' are to be left at its source, and those of '${other.pipe.node.path}', which invokes with ` +
    'FIRE_AND_FORGET, are to be deferred, but an invocation does not tell which pipe it came from: use two functions, or one invocation type for ' +
    'both, or set deferral.pipe to DeferralAction.DEFER where the order of events does not matter'
  );
}

function enrichmentsOf(used: readonly UsedPipe[]): string[] {
  return used.filter(({ use }) => use === PipeUse.ENRICHMENT).map(({ pipe }) => pipe.node.path);
}

/** Pipes wait unless they are told not to. */
function useOfTarget(parameters: PipeProperties['TargetParameters']): PipeUse {
  const { InvocationType: invocationType = 'REQUEST_RESPONSE' } = parameters?.LambdaFunctionParameters ?? {};
  if (invocationType === 'FIRE_AND_FORGET') {
    return PipeUse.FIRE_AND_FORGET;
  }
  return invocationType === 'REQUEST_RESPONSE' ? PipeUse.TARGET : PipeUse.UNKNOWN;
}
