import { CfnElement, CfnOutput, CfnParameter, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

import { isResourceOf, ResourceType } from './resource-type';
import { templateProperty } from './template-properties';

/** A value, and whose template it is in. */
export interface Given {
  readonly value: unknown;
  readonly scope: CfnElement;
}

/** The elements of all templates of an app, as it is when this is made: constructs that come later are not in it. */
export class AppElements {
  private readonly elements: readonly CfnElement[];
  private readonly byType = new Map<string, CfnResource[]>();
  private readonly logicalIds = new Map<Stack, Map<string, CfnElement>>();
  private parameters?: ReadonlyMap<string, CfnParameter>;
  private exports?: ReadonlyMap<string, CfnOutput>;

  constructor(root: IConstruct) {
    this.elements = root.node.findAll().filter((construct) => CfnElement.isCfnElement(construct));
    for (const element of this.elements) {
      if (CfnResource.isCfnResource(element)) {
        const others = this.byType.get(element.cfnResourceType);
        if (others) {
          others.push(element);
        } else {
          this.byType.set(element.cfnResourceType, [element]);
        }
      }
    }
  }

  /** The resources of a CloudFormation type. */
  public ofType<T extends CfnResource>(type: ResourceType<T>): T[] {
    return (this.byType.get(type.CFN_RESOURCE_TYPE_NAME) ?? []).filter((resource) => isResourceOf(resource, type));
  }

  public get resources(): readonly CfnResource[] {
    return [...this.byType.values()].flat();
  }

  /** What a template has under a logical id that was written by hand. */
  public withLogicalId(logicalId: string, stack: Stack): CfnElement | undefined {
    let known = this.logicalIds.get(stack);
    if (!known) {
      const named = this.elements.filter((element) => Stack.of(element) === stack && !isNamedByContents(element));
      known = new Map(named.map((element) => [stack.resolve(element.logicalId) as string, element]));
      this.logicalIds.set(stack, known);
    }
    return known.get(logicalId);
  }

  /** What the parent of a nested stack gives for a parameter of its, undefined when it is none of a nested stack. */
  public passedFor(parameterPath: string): Given | undefined {
    this.parameters ??= new Map(this.elements.filter(isParameter).map((parameter) => [parameter.node.path, parameter]));
    const parameter = this.parameters.get(parameterPath);
    const scope = parameter && (Stack.of(parameter) as NestedStack).nestedStackResource;
    if (!parameter || !scope) {
      return undefined;
    }
    const passed = (templateProperty(scope, 'Parameters') ?? {}) as Readonly<Record<string, unknown>>;
    return { value: passed[Stack.of(parameter).resolve(parameter.logicalId) as string], scope };
  }

  /** What a stack of the app exports under a name. */
  public exportedAs(name: string): Given | undefined {
    this.exports ??= new Map(this.elements.filter(isOutput).map((output) => [String(Stack.of(output).resolve(output.exportName)), output]));
    const output = this.exports.get(name);
    return output && { value: output.value, scope: output };
  }
}

/** Of what has a digest in its logical id: to ask for that means to render what it is made from, which may be asking just now. */
function isNamedByContents(element: CfnElement): boolean {
  const { cfnResourceType: type } = element as Partial<CfnResource>;
  const { scope } = element.node;
  return (type === 'AWS::Lambda::Version' && scope !== undefined && 'lambda' in scope) || type === 'AWS::ApiGateway::Deployment';
}

/** By their members and not by their classes, of which an app may have two copies. */
function isParameter(element: CfnElement): element is CfnParameter {
  return 'valueAsString' in element;
}

function isOutput(element: CfnElement): element is CfnOutput {
  return 'exportName' in element && 'importValue' in element;
}
