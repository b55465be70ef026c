import { CfnResource } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

import { jsonByPath, textOf } from '../../../private/by-path';
import { FunctionTargets } from '../../../private/function-targets';
import { referenceText } from '../../../private/reference-text';
import { templateProperties } from '../../../private/template-properties';

/** Integrations by which a task waits for the function's reply. One with a task token waits for whom the function tells, and so for the replay. */
const WAITS = /:states:::(aws-sdk:)?lambda:invoke$/;

/** State machines with a task whose result is a function's reply. */
export function waitingStateMachines(targets: FunctionTargets): CfnResource[] {
  return targets.ofType(sfn.CfnStateMachine).filter((machine) => {
    const { DefinitionString: text, Definition: object, DefinitionSubstitutions: substitutions } = templateProperties(machine);
    const definition = object ?? jsonByPath(text) ?? writtenDefinition(text, machine, targets);
    const names = (value: unknown) => targets.isNamedBy(value, machine);
    // By a substitution, or in a text that synth can't read, a function is named for whatever task
    return (
      some(substitutions, names) ||
      (definition === undefined ? some(text, names) : some(definition, (state) => isWaitingTask(state as Partial<Task>, names)))
    );
  });
}

/** A text that was put together by hand, as by `Fn::Sub`. */
function writtenDefinition(text: unknown, machine: CfnResource, { app }: FunctionTargets): unknown {
  return jsonByPath(referenceText(text, machine, app));
}

interface Task {
  readonly Resource: unknown;
  readonly Parameters: Call;
  readonly Arguments: Call;
}

interface Call {
  readonly FunctionName?: unknown;
  readonly InvocationType?: unknown;
}

function isWaitingTask({ Resource: resource, Parameters, Arguments }: Partial<Task>, names: (value: unknown) => boolean): boolean {
  const { FunctionName: functionName, InvocationType: type } = Parameters ?? Arguments ?? {};
  return names(resource) || (WAITS.test(textOf(resource) ?? '') && type !== 'Event' && names(functionName));
}

/** Whether a value, or one anywhere in it, is what is looked for. */
function some(value: unknown, found: (value: unknown) => boolean): boolean {
  if (value === undefined || value === null) {
    return false;
  }
  return found(value) || (typeof value === 'object' && Object.values(value).some((member) => some(member, found)));
}
