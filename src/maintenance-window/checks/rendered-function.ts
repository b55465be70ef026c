import { Aspects } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { byPath, isRendered } from '../../private/by-path';
import { NAMES } from '../../private/contract.generated';
import { Properties, templateProperties } from '../../private/template-properties';
import { ValidationError } from '../../private/validation-error';
import { unsupportedProperties } from './supported-functions';

const { annotations: IDS } = NAMES;

/** What finds fault with the variables that a function has in the template. */
interface Judge {
  problems(rendered: Properties): string[];
}

/** What of a guarded function must be in its template. */
export interface Expected {
  readonly environment: Judge;
  readonly wrapper: Judge;
  /** The gate's. */
  readonly layer: lambda.ILayerVersion;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Lets synth end when a function has lost its resource, before other checks look for it.
 *
 * @throws ValidationError in aspects and in the validation, when it was removed or replaced
 */
export function refuseLost(fn: lambda.Function, resource: lambda.CfnFunction): void {
  const check = () => {
    if (fn.node.defaultChild !== resource) {
      throw new ValidationError(
        fn,
        named(
          IDS.functionReplaced,
          "the function's CfnFunction was removed or replaced after the maintenance window had been put on it: remove what does so, or remove the whole " +
            'function and guard another one',
        ),
      );
    }
    return [];
  };
  Aspects.of(fn).add({ visit: (node) => node === fn && check() });
  fn.node.addValidation({ validate: check });
}

/**
 * What escape hatches, setters, aspects and tags have made of a guarded function, as far as it would leave it unprotected. Judged is the template, at
 * the end of synth: the constructs don't know of overrides.
 */
export function renderedProblems(fn: lambda.Function, { environment, wrapper, layer, tags }: Expected): string[] {
  const rendered = templateProperties(fn.node.defaultChild as lambda.CfnFunction);
  const { Variables: variables = {} } = (rendered.Environment ?? {}) as { readonly Variables?: Properties };
  const problems: readonly (readonly [id: string, found: readonly string[]])[] = [
    [IDS.functionNotSupported, kindProblems(fn, rendered)],
    [IDS.wrapperNotChained, wrapper.problems(variables)],
    [IDS.gateVariableChanged, environment.problems(variables)],
    [IDS.gateLayerRemoved, layerProblems(fn, rendered.Layers, layer)],
    [IDS.gateTagChanged, tagProblems(fn, rendered.Tags, tags)],
  ];
  return problems.flatMap(([id, found]) => found.map((problem) => named(id, problem)));
}

/** By an id as annotations have: whoever meets the error finds what the docs say of it. */
function named(id: string, problem: string): string {
  return `${problem} [${id}]`;
}

function kindProblems(fn: lambda.Function, rendered: Properties): string[] {
  const reason = unsupportedProperties(rendered) ?? unknownRuntime(fn, rendered.Runtime);
  return reason === undefined ? [] : [`this function can't be guarded by a maintenance window as the template has it: ${reason}`];
}

/** One that only the deployment knows could start no wrapper. */
function unknownRuntime(fn: lambda.Function, runtime: unknown): string | undefined {
  return typeof runtime === 'string' || isRendered(runtime, fn.runtime.name, fn)
    ? undefined
    : `its runtime was changed to ${JSON.stringify(runtime)}, which only the deployment knows: give it in runtime, or by its name`;
}

/** Without the layer the wrapper that the variables name would not start. */
function layerProblems(fn: lambda.Function, rendered: unknown, layer: lambda.ILayerVersion): string[] {
  return Array.isArray(rendered) && rendered.some((arn) => isRendered(arn, layer.layerVersionArn, fn))
    ? []
    : ["the maintenance window's layer was removed from the function, so that its wrapper would not start: add layers by addLayers()"];
}

/** By which the replayer may invoke the function, and who cares for it finds it. */
function tagProblems(fn: lambda.Function, rendered: unknown, tags: Readonly<Record<string, string>>): string[] {
  const found = new Map((Array.isArray(rendered) ? (rendered as Tag[]) : []).map(({ Key, Value }) => [Key, Value]));
  return Object.entries(tags)
    .filter(([key, value]) => !isRendered(found.get(key), value, fn))
    .map(([key, value]) => {
      const now = found.has(key) ? `was changed to '${String(found.get(key))}'` : 'was removed';
      return (
        `the function's tag ${key} ${now}, by which the replayer may bring its events back: it must be ` +
        `'${String(byPath(value, fn))}'. Leave it out of Tags.of(...) and of what else changes tags (excludeResourceTypes, an override)`
      );
    });
}

interface Tag {
  readonly Key: string;
  readonly Value: unknown;
}
