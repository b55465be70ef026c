/**
 * Custom::Workspace is a workspace at a service with a REST API, whose address is in the environment variable API_URL.
 *
 * What may pass is repeated in `poll`: there the runtime does so for what was throttled or met a 5xx.
 */
import { type AnyRequest, customResource, done, type OperationContext, type Wait, wait } from 'cdk-patient-lambda/handler';

import { ApiError, Workspaces } from './workspaces';

interface Properties {
  readonly name: string;
  /** Can't be changed: another region is another workspace. */
  readonly region: string;
  readonly plan: string;
  readonly apiKey: string;
}

type State =
  | { readonly step: 'CREATE' | 'CHANGE' }
  /** `made`: this very operation has made the workspace. */
  | { readonly step: 'READY'; readonly made: boolean }
  /** Workspaces that are to go; `asked` once the service was told so. */
  | { readonly step: 'DELETE'; readonly ids: readonly string[]; readonly asked: boolean };

export const handler = customResource<Properties, State, { Url: string }>({
  parse({ Name, Region, Plan, ApiKey }) {
    for (const [property, value] of Object.entries({ Name, Region, Plan, ApiKey })) {
      if (typeof value !== 'string' || value === '') {
        throw new Error(`${property} must be a string that is not empty`); // without its value, which may be the key
      }
    }
    return { name: String(Name), region: String(Region), plan: String(Plan), apiKey: String(ApiKey) };
  },

  async create(request, context) {
    try {
      return await create(request.properties, await connect(request, context), context);
    } catch (error) {
      if (error instanceof ApiError && error.isFinal) {
        throw error; // nothing was made, so that no Delete follows, which would be refused as well
      }
      const afterSeconds = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
      return wait<State>({ step: 'CREATE' }, { afterSeconds });
    }
  },
  update: async () => wait<State>({ step: 'CHANGE' }, { afterSeconds: 0 }),
  delete: async ({ physicalResourceId }) => wait<State>({ step: 'DELETE', ids: [physicalResourceId], asked: false }, { afterSeconds: 0 }),

  async poll(request, state, context) {
    try {
      return await go(request, state, context);
    } catch (error) {
      if (error instanceof ApiError && error.status === 429 && error.retryAfterSeconds !== undefined) {
        return wait(state, { afterSeconds: error.retryAfterSeconds });
      }
      throw error;
    }
  },

  onTimeout: discardReplacement,
  onCancel: discardReplacement,
});

async function go(request: AnyRequest<Properties>, state: State, context: OperationContext) {
  const workspaces = await connect(request, context);
  if (state.step === 'DELETE') {
    return remove(request, state, workspaces, context);
  }
  const properties = request.properties as Properties; // no other step is of a Delete
  if (state.step === 'CREATE') {
    return create(properties, workspaces, context);
  }
  const id = request.physicalResourceId!;
  const workspace = await workspaces.find(id);
  if (state.step === 'CHANGE') {
    // What is there decides, not the old properties: after an update that failed half-way they are not what the workspace has
    return workspace?.region === properties.region ? change(id, properties, workspaces) : replace(properties, workspaces, context);
  }
  if (workspace?.status === 'provisioning') {
    return wait(state);
  }
  if (workspace?.status !== 'ready') {
    await discardReplacement(request, state, context);
    throw new Error(`the workspace ${id} is ${workspace?.status ?? 'gone'}${workspace?.error ? `: ${workspace.error}` : ''}`);
  }
  return done({ data: { Url: workspace.url! } });
}

async function create({ name, region, plan }: Properties, workspaces: Workspaces, context: OperationContext): Promise<Wait<State>> {
  const label = context.defaultPhysicalResourceId;
  const { id } = await workspaces.create({ name, region, plan, label }, context.token(64)); // called again, it is the same workspace
  return wait<State>({ step: 'READY', made: true }, { physicalResourceId: id });
}

async function change(id: string, { name, plan }: Properties, workspaces: Workspaces): Promise<Wait<State>> {
  await workspaces.change(id, { name, plan });
  return wait<State>({ step: 'READY', made: false }, { physicalResourceId: id });
}

/** By the workspace that was replaced before, where the update is that one's rollback, else by a new one. */
async function replace(properties: Properties, workspaces: Workspaces, context: OperationContext): Promise<Wait<State>> {
  const all = await workspaces.labelled(context.defaultPhysicalResourceId);
  const before = all.find(({ region, status }) => region === properties.region && status === 'ready');
  return before ? change(before.id, properties, workspaces) : create(properties, workspaces, context);
}

async function remove(
  { physicalResourceId, maybeOrphan }: AnyRequest<Properties>,
  { ids, asked }: State & { readonly step: 'DELETE' },
  workspaces: Workspaces,
  { defaultPhysicalResourceId }: OperationContext,
) {
  if (!asked) {
    // Of a Create that was cut off or cancelled before it could tell
    const untold = maybeOrphan || physicalResourceId === defaultPhysicalResourceId ? await workspaces.labelled(defaultPhysicalResourceId) : [];
    const all = [...new Set([...ids, ...untold.map(({ id }) => id)])];
    await Promise.all(all.map((id) => workspaces.remove(id)));
    return wait<State>({ step: 'DELETE', ids: all, asked: true });
  }
  const left = (await Promise.all(ids.map((id) => workspaces.find(id)))).filter((workspace) => workspace !== undefined);
  return left.length > 0 ? wait<State>({ step: 'DELETE', ids: left.map(({ id }) => id), asked }) : done();
}

/** Of an update that ends before its replacement is there: CloudFormation knows nothing of that. */
async function discardReplacement(request: AnyRequest<Properties>, state: State | undefined, context: OperationContext): Promise<void> {
  const { requestType, physicalResourceId: id } = request;
  if (requestType === 'Update' && id !== request.previousPhysicalResourceId && state?.step === 'READY' && state.made) {
    // Its own signal: that of the operation has aborted by now
    const workspaces = await connect(request, context, AbortSignal.timeout(5000));
    await workspaces.remove(id).catch((error: unknown) => context.log.error('remove this workspace by hand', { id, error: String(error) }));
  }
}

async function connect(request: AnyRequest<Properties>, { resolve, signal }: OperationContext, until = signal): Promise<Workspaces> {
  const apiUrl = process.env.API_URL;
  if (!apiUrl) {
    throw new Error('the environment variable API_URL is not set: it takes the address of the service, without a slash at the end');
  }
  // A Delete has the reference as it is in the template. Without the key nothing can be deleted, so failing to resolve it is a failure
  const apiKey = request.requestType === 'Delete' ? await resolve(String(request.properties.ApiKey)) : request.properties.apiKey;
  return new Workspaces(apiUrl, apiKey, until);
}
