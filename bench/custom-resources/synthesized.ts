import { App, CustomResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as cr from 'aws-cdk-lib/custom-resources';
import { LongRunningCustomResource, LongRunningHandler } from 'cdk-patient-lambda';

import { median } from '../median';

type Resource = { readonly DependsOn?: string | readonly string[] };
type Template = { readonly Resources: Readonly<Record<string, Resource>> };

export interface Synthesized {
  readonly resources: number;
  /** Resources in the longest chain of which each depends on the next: so many creations one after another. */
  readonly depth: number;
  readonly kilobytes: number;
  /** Median, in milliseconds. */
  readonly synthTime: number;
}

const CODE = { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => {};') };

/** A custom resource that polls, with a function of its own. */
export const FORMS = {
  own: (stack: Stack, id: string) => void new LongRunningCustomResource(stack, id, { handler: LongRunningHandler.fromCode(CODE) }),
  peer: (stack: Stack, id: string) => {
    const provider = new cr.Provider(stack, `${id}Provider`, {
      onEventHandler: new lambda.Function(stack, `${id}OnEvent`, CODE),
      isCompleteHandler: new lambda.Function(stack, `${id}IsComplete`, CODE),
    });
    new CustomResource(stack, id, { serviceToken: provider.serviceToken });
  },
};

type Form = keyof typeof FORMS;

/** Synthesizes both forms in turn, so that a slow moment meets both. */
export function synthesized(resources: number, times: number): Readonly<Record<Form, Synthesized>> {
  const durations: Record<Form, number[]> = { own: [], peer: [] };
  for (let n = 0; n < times; n++) {
    for (const form of ['own', 'peer'] as const) {
      const start = process.hrtime.bigint();
      synthesize(form, resources);
      durations[form].push(Number(process.hrtime.bigint() - start) / 1e6);
    }
  }
  const of = (form: Form): Synthesized => {
    const template = synthesize(form, resources);
    return {
      resources: Object.keys(template.Resources).length,
      depth: depth(template.Resources),
      kilobytes: JSON.stringify(template).length / 1024,
      synthTime: median(durations[form]),
    };
  };
  return { own: of('own'), peer: of('peer') };
}

function synthesize(form: Form, resources: number): Template {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Stack');
  for (let n = 0; n < resources; n++) {
    FORMS[form](stack, `One${n}`);
  }
  return app.synth().getStackByName('Stack').template as Template;
}

function depth(all: Readonly<Record<string, Resource>>): number {
  const known = new Map<string, number>();
  const of = (id: string): number => {
    if (!known.has(id)) {
      known.set(
        id,
        1 +
          Math.max(
            0,
            ...references(all[id])
              .filter((other) => other in all)
              .map(of),
          ),
      );
    }
    return known.get(id)!;
  };
  return Math.max(...Object.keys(all).map(of));
}

/** Logical ids that a part of a template names by DependsOn, Ref, Fn::GetAtt or Fn::Sub. */
function references(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) {
    return [];
  }
  return Object.entries(part as Readonly<Record<string, unknown>>).flatMap(([key, value]) => {
    if (key === 'Ref' || key === 'DependsOn') {
      return [value].flat() as string[];
    }
    if (key === 'Fn::GetAtt') {
      return [Array.isArray(value) ? String(value[0]) : String(value).split('.')[0]];
    }
    if (key === 'Fn::Sub') {
      return [...JSON.stringify(value).matchAll(/\$\{(\w+)/g)].map(([, id]) => id).concat(references(value));
    }
    return references(value);
  });
}
