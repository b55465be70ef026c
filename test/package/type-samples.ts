/** What the declarations of the handler runtime refuse, one file for each mistake; beside them what is nearly so and right. */

interface Sample {
  readonly code: string;
  /** What TypeScript says; absent where nothing is wrong. */
  readonly error?: RegExp;
}

const HEAD = `import { customResource, done, type Raw, wait } from 'cdk-patient-lambda/handler';
export type State = { readonly job: string };
export type Attributes = { readonly Endpoint: string };
`;

/** A handler with these type arguments whose create, and poll if any, return these. */
function handler(types: string, create: string, poll?: string): string {
  return `${HEAD}export const handler = customResource${types}({
  create: async () => ${create},
  update: async () => done(),
  delete: async () => done(),
  ${poll === undefined ? '' : `poll: async () => ${poll},`}
});
export type Used = Raw | typeof wait;
`;
}

/** A test that runs an operation of this handler, and then does this with what it came to. */
function operation(of: string, then: string): string {
  return `import { customResource, done } from 'cdk-patient-lambda/handler';
import { type OperationReport, runOperation, SimulatedClock } from 'cdk-patient-lambda/handler/testing';
const handlers = { create: async () => done(), update: async () => done(), delete: async () => done() };
export async function tested(): Promise<string | undefined> {
  const report: OperationReport = await runOperation(${of}, { RequestType: 'Create' }, { clock: new SimulatedClock() });
  return ${then};
}
export type Used = typeof customResource;
`;
}

/** Functions of CDK's Provider that are taken as they are. */
function provider(onEvent: string, isComplete: string): string {
  return `import { customResource, fromOnEvent, type OnEventState } from 'cdk-patient-lambda/handler';
export interface Request { readonly RequestType: string; readonly ResponseURL: string; readonly ResourceProperties: { readonly Name: string } }
export interface Job { readonly PhysicalResourceId?: string; readonly Job: string }
export const handler = customResource(fromOnEvent({ onEvent: ${onEvent}, isComplete: ${isComplete} }));
export type Used = OnEventState;
`;
}

/** A handler that asks for the replay mark. */
function marked(use: string): string {
  return `import { type ReplayMark, replayOf } from 'cdk-patient-lambda/replay';
interface Context { readonly awsRequestId: string; readonly clientContext?: { readonly client: object } | undefined }
export const handler = async (_event: unknown, context: Context): Promise<string | number> => ${use};
export type Used = ReplayMark;
`;
}

export const SAMPLES: Readonly<Record<string, Sample>> = {
  'poll-is-missing': { code: handler('<Raw, State>', "wait({ job: '1' })"), error: /Property 'poll' is missing/ },
  'poll-is-missing-though-nothing-waits': { code: handler('<Raw, State>', 'done()'), error: /Property 'poll' is missing/ },
  'waits-without-state': { code: handler('<Raw>', "wait({ job: '1' })"), error: /Type 'Wait<.*' is not assignable/ },
  'another-state': { code: handler('<Raw, State>', 'wait({ job: 1 })', 'done()'), error: /Type 'number' is not assignable to type 'string'/ },
  'state-that-is-no-json': { code: handler('', 'wait({ since: new Date() })', 'done()'), error: /Type 'Date' is not assignable/ },
  'another-attribute': {
    code: handler('<Raw, State, Attributes>', "wait({ job: '1' })", "done({ data: { Endpont: 'https://' } })"),
    error: /Endpont/,
  },
  'attribute-of-another-type': {
    code: handler('<Raw, State, Attributes>', "wait({ job: '1' })", 'done({ data: { Endpoint: 1 } })'),
    error: /Endpoint: number/,
  },
  'delete-is-missing': {
    code: `${HEAD}export const handler = customResource({ create: async () => done(), update: async () => done() });`,
    error: /'delete' is missing|missing the following.*delete/,
  },

  'handlers-that-were-not-made': { code: operation('handlers', 'report.answer?.status'), error: /'definition' is missing/ },
  'answer-that-may-be-absent': {
    code: operation('customResource(handlers)', 'report.answer.status'),
    error: /'report.answer' is possibly 'undefined'/,
  },

  'operation-that-is-run': { code: operation('customResource(handlers)', 'report.answer?.status') },
  'attributes-without-waiting': { code: handler('<Raw, never, Attributes>', "done({ data: { Endpoint: 'https://' } })") },
  'nothing-declared': { code: handler('', "done({ data: { Endpoint: 'https://' } })") },
  'state-inferred': { code: handler('', 'wait({ looks: 1 })', 'wait({ looks: 2 })') },

  'map-with-handlers-that-never-wait': {
    code: `${HEAD}import type { ResourceHandlers } from 'cdk-patient-lambda/handler';
const user: ResourceHandlers = { create: async () => done(), update: async () => done(), delete: async () => done() };
const tenant: ResourceHandlers<Raw, State> = { ...user, create: async () => wait({ job: '1' }), poll: async () => done() };
export const handler = customResource({ 'Custom::User': user, 'Custom::Tenant': tenant });
export type Used = Attributes;
`,
  },
  'properties-that-take-time': {
    code: `${HEAD}export const handler = customResource({
  parse: async ({ Name }: Raw) => ({ name: String(Name) }),
  create: async ({ properties }) => done({ physicalResourceId: properties.name }),
  update: async ({ properties }) => done({ physicalResourceId: properties.name }),
  delete: async () => done(),
});
export type Used = State | Attributes | typeof wait;
`,
  },
  'map-whose-entries-infer': {
    code: `${HEAD}import { resourceHandlers } from 'cdk-patient-lambda/handler';
export const handler = customResource({
  'Custom::Tenant': resourceHandlers({
    parse: ({ Name }) => ({ name: String(Name) }),
    create: async ({ properties }) => wait({ job: properties.name }),
    update: async () => done(),
    delete: async () => wait({ job: 'away' }),
    poll: async ({ requestType }, { job }) => done({ data: { Job: job.toUpperCase() + requestType } }),
  }),
  'Custom::User': resourceHandlers({
    create: async ({ properties }) => done({ physicalResourceId: String(properties.Name) }),
    update: async () => done(),
    delete: async () => done(),
  }),
});
export type Used = Raw | State | Attributes;
`,
  },
  'entry-that-waits-without-poll': {
    code: `${HEAD}import { resourceHandlers } from 'cdk-patient-lambda/handler';
export const handler = customResource({
  'Custom::Tenant': resourceHandlers({ create: async () => wait({ job: '1' }), update: async () => done(), delete: async () => done() }),
});
export type Used = Raw | State | Attributes;
`,
    error: /'poll' is missing/,
  },
  'properties-of-a-poll-that-sees-no-delete': {
    code: `${HEAD}import { resourceHandlers } from 'cdk-patient-lambda/handler';
export const handler = customResource(resourceHandlers({
  parse: ({ Name }) => ({ name: String(Name) }),
  create: async () => wait({ looks: 1 }),
  update: async () => done(),
  delete: async () => done(),
  poll: async ({ properties }, { looks }) => done({ data: { Name: properties.name.trim(), Looks: looks + 1 } }),
}));
export type Used = Raw | State | Attributes;
`,
  },
  'properties-of-a-poll-without-a-map': {
    code: `${HEAD}export const handler = customResource({
  parse: ({ Name }) => ({ name: String(Name) }),
  create: async () => wait({ looks: 1 }),
  update: async () => done(),
  delete: async () => done(),
  poll: async ({ properties }, { looks }) => done({ data: { Name: properties.name.trim(), Looks: looks + 1 } }),
});
export type Used = Raw | State | Attributes;
`,
  },
  'properties-of-a-poll-that-sees-a-delete': {
    code: `${HEAD}import { resourceHandlers } from 'cdk-patient-lambda/handler';
export const handler = customResource(resourceHandlers({
  parse: ({ Name }) => ({ name: String(Name) }),
  create: async () => wait({ looks: 1 }),
  update: async () => done(),
  delete: async () => wait({ looks: 1 }),
  poll: async ({ properties }) => done({ data: { Name: properties.name.trim() } }),
}));
export type Used = Raw | State | Attributes;
`,
    error: /unknown/,
  },
  'stopping-that-returns-something': {
    code: `${HEAD}const api = { cancel: async (job: string) => ({ stopped: job }) };
export const handler = customResource<Raw, State>({
  create: async () => wait({ job: '1' }),
  update: async () => done(),
  delete: async () => done(),
  poll: async () => done(),
  onCancel: (_, state) => state && api.cancel(state.job),
  onTimeout: (_, state) => api.cancel(state?.job ?? ''),
});
export type Used = Attributes;
`,
  },
  'provider': {
    code: provider('async ({ LogicalResourceId }) => ({ Job: LogicalResourceId })', 'async ({ Job }) => ({ IsComplete: Boolean(Job) })'),
  },
  'provider-with-types-of-its-own': {
    code: provider(
      "async (event: Request) => (event.RequestType === 'Create' ? { PhysicalResourceId: event.ResourceProperties.Name, Job: '1' } : { Job: '2' })",
      "async (event: Request & Job) => (event.Job === '1' ? { IsComplete: true, Data: { Job: event.Job } } : { IsComplete: false })",
    ),
  },
  'provider-with-the-context-of-lambda': {
    code: provider('async () => undefined', 'async (event, context: { getRemainingTimeInMillis(): number }) => ({ IsComplete: !event })'),
    error: /getRemainingTimeInMillis/,
  },
  'provider-that-never-says-complete': { code: provider('async () => undefined', 'async () => ({})'), error: /IsComplete/ },

  'replay-mark': { code: marked('replayOf(context)?.originalRequestId ?? context.awsRequestId') },
  'messages-of-a-replay': { code: marked('replayOf(context)?.messages?.[0]?.receiveCount ?? 0') },
  'replay-mark-that-may-be-absent': { code: marked('replayOf(context).attempt'), error: /possibly 'undefined'/ },
  'run-that-may-be-null': { code: marked("replayOf(context)?.run ?? ''") },
  'replay-of-an-event': { code: marked("replayOf('event')?.attempt ?? 0"), error: /is not assignable|no properties in common/ },
};
