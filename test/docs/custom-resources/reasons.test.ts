/** The guide's table of reasons against what CloudFormation is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { customResource, done, type Json, type PollingHandlers, type Raw, wait } from 'cdk-patient-lambda/handler';
import { runOperation, type RunOptions, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { answerTo } from '../../../lambda/custom-resource/responder/respond';
import { readOperation } from '../../../lambda/custom-resource/runtime/nodejs/protocol/read-operation';

const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'custom-resources.md'), 'utf8');
const [section] = page.split('## What CloudFormation shows when\n')[1].split('\n## ');
/** Second column; `…` stands for anything. */
const shown = [...section.matchAll(/^\| [^|]+ \| `([^`]+)`/gm)].map(([, reason]) => reason);
/** Where the log is, is said once above the table. */
const withoutPlace = (reason: string) => reason.replace(/\nrequest id: .*(\nhttps:.*)?$/, '');
const pattern = (reason: string) => new RegExp(`^${reason.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('…', '[^]*')}$`);

const gone = async () => done();
const forever = () => new Promise<never>(() => undefined);
const throwsInATimer = () => {
  setTimeout(() => {
    throw new Error('socket closed');
  }, 1);
  return forever();
};
const { definition } = customResource({ 'Custom::Tenant': { create: gone, update: gone, delete: gone } });
/** Code that does not settle within 20 ms hangs. */
const hangs = () => ({ executionTimeoutSeconds: 15, clock: new SimulatedClock(Date.now(), 20) });
const LARGE = 'x'.repeat(240_000);
const password = { Password: '{{resolve:secretsmanager:Db}}' };

type Handlers = PollingHandlers<Raw, Json, Record<string, Json>>;
const HANDLED: Record<string, [Partial<Handlers>, Parameters<typeof runOperation>[1]?, RunOptions?]> = {
  'code throws': [
    {
      create: async () => {
        throw new Error('job j-1 failed: no capacity');
      },
    },
  ],
  'parse throws': [
    {
      parse: (raw) => {
        throw new Error(`Name must be a string and Seats a whole number, got ${JSON.stringify(raw)}`);
      },
    },
  ],
  'nothing returned': [{ create: async () => undefined as never }],
  'a member that done does not know': [{ create: async () => done({ Data: { Arn: 'a' } } as object) }],
  'nested attributes': [{ create: async () => done({ data: { roles: { reader: 'arn:1' } } }) }],
  'colours in attributes': [{ create: async () => done({ data: { Log: '\u001b[32mok' } }) }],
  'a large state': [{ create: async () => wait('x'.repeat(200_000)) }],
  'large properties': [{ create: async () => wait({}, { afterSeconds: 900 }) }, { RequestType: 'Create', ResourceProperties: { A: LARGE } }],
  'old properties that are gone': [
    {
      update: async () => wait({}, { afterSeconds: 900 }),
      poll: async ({ oldProperties }) => done({ data: { Old: JSON.stringify(oldProperties) } }),
    },
    { RequestType: 'Update', OldResourceProperties: { A: LARGE } },
  ],
  'time is up': [{ create: async () => wait({}), poll: async () => wait({}) }],
  'create into the margin': [{ create: forever }, undefined, hangs()],
  'poll into the margin': [{ create: async () => wait({}), poll: forever }, undefined, hangs()],
  'too long': [{ create: async () => done({ data: { Long: 'x'.repeat(5000) } }) }],
  'another id': [{ delete: async () => done({ physicalResourceId: 'other' }) }, { RequestType: 'Delete' }],
  'no secret': [{}, { RequestType: 'Create', ResourceProperties: password }],
  'too many executions': [{ create: async () => wait({}), poll: async () => wait({}) }, undefined, { executionTimeoutSeconds: 60 }],
  'an id named too late': [
    { create: async () => wait({}), poll: async (_, __, { hop }) => wait({}, { physicalResourceId: hop === 11 ? 'late' : undefined }) },
    undefined,
    { executionTimeoutSeconds: 60 },
  ],
};

const CRASHES = ['Runtime.ImportModuleError', 'Runtime.OutOfMemory', 'Runtime.ExitError', 'Runtime.UnhandledPromiseRejection', 'Sandbox.Timedout'];

async function reasons(): Promise<string[]> {
  // One at a time has the process's place for errors that nobody catches
  const { answer: crashed } = await runOperation(customResource({ create: throwsInATimer, update: gone, delete: gone }), { RequestType: 'Create' });
  const handled = Object.values(HANDLED).map(async ([handlers, event = { RequestType: 'Create' as const }, options]) => {
    const handler = customResource({ create: gone, update: gone, delete: gone, poll: gone, ...handlers });
    return (await runOperation(handler, event, options)).answer!.reason!;
  });
  const unknown = runOperation({ definition }, { RequestType: 'Create', ResourceType: 'Custom::User' }).then(({ answer }) => answer!.reason!);
  const withData = customResource({ create: async () => done({ data: { Url: 'x' } }), update: gone, delete: gone });
  const { error } = await runOperation(withData, { RequestType: 'Create' }, { fetch: async () => new Response(null, { status: 403 }) });
  return [...[crashed!.reason!, ...(await Promise.all([...handled, unknown]))].map(withoutPlace), ...crashes(error!)];
}

function crashes(notDelivered: Error): string[] {
  const event = { RequestType: 'Create', ResponseURL: 'https://x', StackId: 'a/b/c', RequestId: '1', LogicalResourceId: 'R' };
  const { operation } = readOperation(event, 0, undefined);
  const notStarted = { status: 'FAILED', physicalResourceId: 'id', reason: 'the next execution could not be started: AccessDenied', cause: '' };
  const records = [
    ...CRASHES.map((errorType) => ({ errorType, errorMessage: 'RequestId: 1' })),
    { errorType: 'Error', errorMessage: 'TABLE is not set' },
    { errorType: 'HopNotStarted', errorMessage: JSON.stringify(notStarted) },
    { errorType: notDelivered.name, errorMessage: notDelivered.message },
  ];
  return [
    ...records.map((record) => answerTo(operation, record, 'RetriesExhausted').reason!),
    answerTo(operation, undefined, 'EventAgeExceeded').reason!,
  ];
}

test('each reason is in the table, and each of the table is given', async () => {
  const given = await reasons();
  expect(shown.length).toBeGreaterThan(15);
  expect(given.filter((reason) => !shown.some((each) => pattern(each).test(reason)))).toEqual([]);
  expect(shown.filter((each) => !given.some((reason) => pattern(each).test(reason)))).toEqual([]);
});
