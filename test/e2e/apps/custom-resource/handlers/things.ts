/** Two types of resource that do what their properties say. */
import { customResource, done, type PollingHandlers, ResourceFailure, wait } from 'cdk-patient-lambda/handler';

import { isTold, note } from './calls';

export interface Properties {
  /** The physical id; absent for the default one. */
  readonly Name?: string;
  readonly Label: string;
  /** Seconds that a create or an update takes, or `until-told`; absent for no waiting. */
  readonly Takes?: string;
  /** What fails: `create`, `half` (a create that knows what it made), `poll`. */
  readonly Fail?: string;
  readonly Size?: string;
}

type State = { until: number | null };

function go({ Name: physicalResourceId, Takes, Size }: Properties) {
  return Takes === undefined
    ? done({ physicalResourceId, data: { Size: Size ?? 'none', Kind: 'thing' } })
    : wait({ until: Takes === 'until-told' ? null : Date.now() + Number(Takes) * 1000 }, { physicalResourceId, afterSeconds: 1 });
}

const things: PollingHandlers<Properties, State, Record<string, string>> = {
  async create(request, context) {
    await note('create', request, context);
    const { Fail, Name } = request.properties;
    if (Fail === 'create') {
      throw new Error('nothing was made');
    }
    if (Fail === 'half') {
      throw new ResourceFailure('half of it was made', { physicalResourceId: Name! });
    }
    return go(request.properties);
  },
  async update(request, context) {
    await note('update', request, context);
    return go(request.properties);
  },
  async delete(request, context) {
    await note('delete', request, context, { defaultId: context.defaultPhysicalResourceId });
    return done();
  },
  async poll(request, { until }, context) {
    await note('poll', request, context);
    const { Fail, ...properties } = request.properties as Properties;
    if (Fail === 'poll') {
      throw new Error('it broke on the way');
    }
    const over = until === null ? await isTold(properties.Label) : Date.now() >= until;
    return !over ? wait({ until }, { afterSeconds: 1 }) : go({ ...properties, Takes: undefined });
  },
  onCancel: (request, state, context) => note('cancel', request, context, { state }),
};

const others: typeof things = {
  ...things,
  async create(request, context) {
    await note('create', request, context);
    return done({ physicalResourceId: request.properties.Name, data: { Kind: 'other' } });
  },
};

export const handler = customResource({ 'Custom::Thing': things, 'Custom::Other': others });
