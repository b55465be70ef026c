import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';

import { MaintenanceWindowFunction, type MaintenanceWindowFunctionProps } from '../../../src';

export const BASIC: lambda.FunctionProps = {
  runtime: lambda.Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: lambda.Code.fromInline('exports.handler = async () => {};'),
};

export function newStack(id = 'Orders', props?: StackProps): Stack {
  return new Stack(new App(), id, props);
}

export function guarded(scope: Construct, id: string, props: Partial<MaintenanceWindowFunctionProps> = {}): MaintenanceWindowFunction {
  return new MaintenanceWindowFunction(scope, id, { ...BASIC, ...props });
}

/** A resource of a template, as JSON. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
}

export function resources(stack: Stack): Record<string, TemplateResource> {
  return Template.fromStack(stack).toJSON().Resources;
}

/** A value as it is in a stack once that is deployed under its name. */
export function deployed(stack: Stack, value: string): unknown {
  const flat = (part: any): unknown => {
    return part['Fn::Join'] ? part['Fn::Join'][1].map(flat).join('') : part.Ref === 'AWS::StackName' ? stack.stackName : part;
  };
  return flat(stack.resolve(value));
}

/** The resource that a construct's default child is. */
export function resourceOf(construct: Construct): TemplateResource {
  const stack = Stack.of(construct);
  return resources(stack)[stack.resolve((construct.node.defaultChild as lambda.CfnFunction).logicalId)];
}

/** What synth complains about. */
export function synthError(stack: Stack): string {
  try {
    (stack.node.root as App).synth();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('synth succeeded');
}

export function warnings(stack: Stack): string[] {
  return messages(stack, SynthesisMessageLevel.WARNING);
}

export function messages(stack: Stack, wanted: SynthesisMessageLevel): string[] {
  const assembly = (stack.node.root as App).synth();
  return assembly
    .getStackByName(stack.stackName)
    .messages.filter(({ level }) => level === wanted)
    .map(({ entry }) => entry.data as string);
}

/** The statements of a function's own policy, or of the inline policies of a role. */
export function statements(stack: Stack, roleId: RegExp): any[] {
  return Object.entries(resources(stack))
    .filter(([id]) => roleId.test(id))
    .flatMap(([, { Properties: properties }]) => {
      return [properties.PolicyDocument, ...(properties.Policies ?? []).map(({ PolicyDocument }: any) => PolicyDocument)].flatMap(
        (document) => document?.Statement ?? [],
      );
    });
}
