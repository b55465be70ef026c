/** The CDK's own Provider in front of guarded functions: one answer to each request, whoever is held. */
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

import { Bed } from '../../../local/bed';
import { eventually } from '../support/eventually';
import { writeParameter, writeWindow } from '../support/window';

jest.setTimeout(300_000);

const MARKER = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';

let bed: Bed;
let outputs: Record<string, string>;

beforeAll(async () => {
  bed = await Bed.open({ asyncTimeScale: 20, initLimitMs: 60_000, keepPayloads: true });
  outputs = (await deploy('Providers')).Providers;
}, 600_000);

// Fails when two answers contradicted each other
afterAll(() => bed?.close());

const app = (context: Record<string, string> = {}) => ({
  command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
  cwd: path.join(__dirname, '..', 'apps', 'provider'),
  context: { nodejs: bed.newestRuntime('nodejs'), ...context },
});

const deploy = (stack: string, context: Record<string, string> = {}) => bed.deploy(app(context), stack);

/** Writes the window's value and waits until every environment must have read it. */
async function window(value: string): Promise<void> {
  await writeWindow(bed, outputs.OperatorParameter, value);
  await sleep(1500);
}

const complete = (value: 'yes' | 'no') => writeParameter(bed, outputs.CompleteParameter, value);

/** What CloudFormation was told of a stack's requests: type, status and id. */
const told = (stack: string) =>
  bed
    .answers()
    .filter(({ stackId }) => stackId.includes(`:stack/${stack}/`))
    .map(({ requestType, body }) => {
      const { Status, PhysicalResourceId } = JSON.parse(body) as Record<string, string>;
      return [requestType, Status, PhysicalResourceId];
    });

async function statusOf(stack: string): Promise<string> {
  const { Stacks } = await new CloudFormationClient(bed.clientConfig).send(new DescribeStacksCommand({ StackName: stack }));
  return Stacks![0].StackStatus!;
}

const completions = () => bed.invocations().filter(({ functionName }) => functionName === outputs.IsCompleteFunction);

test('without isComplete each request has one answer, FAILED in a window', async () => {
  await window('on # no deployments tonight');
  await expect(deploy('AtOnce')).rejects.toThrow(/no deployments tonight/);
  expect(await statusOf('AtOnce')).toBe('ROLLBACK_COMPLETE');
  await bed.destroy(app(), 'AtOnce');
  await window('auto');
  await deploy('AtOnce');
  await window('on # no deployments tonight');
  await expect(deploy('AtOnce', { size: '2' })).rejects.toThrow(/no deployments tonight/);
  await window('auto');
  await bed.destroy(app(), 'AtOnce');
  expect(told('AtOnce').filter(([type]) => type !== 'Update')).toEqual([
    ['Create', 'FAILED', MARKER],
    ['Delete', 'SUCCESS', MARKER],
    ['Create', 'SUCCESS', 'thing-1'],
    ['Delete', 'SUCCESS', 'thing-1'],
  ]);
  expect(told('AtOnce')).toContainEqual(['Update', 'FAILED', 'thing-1']);
});

test('with isComplete an operation that is under way when a window opens goes on to its answer', async () => {
  await window('auto');
  await complete('no');
  const deployment = deploy('Later');
  await eventually(
    async () => completions().length,
    (count) => count > 0,
  );
  await window('on # while a create is under way');
  const before = completions().length;
  await eventually(
    async () => completions().length,
    (count) => count > before + 1,
  );
  await complete('yes');
  await deployment;
  expect(told('Later')).toEqual([['Create', 'SUCCESS', 'thing-1']]);
  await window('auto');
  await bed.destroy(app(), 'Later');
  expect(told('Later')).toEqual([
    ['Create', 'SUCCESS', 'thing-1'],
    ['Delete', 'SUCCESS', 'thing-1'],
  ]);
});
