/** Parameter Store tells the default event bus what changes; a rule with a pattern and a schedule is triggered by both. */
import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';

import { type Handed, Harness } from './harness';

let bed: Harness;
let ssm: SSMClient;
let rule: string;

beforeAll(async () => {
  bed = await Harness.open();
  ssm = new SSMClient(bed.clientConfig);
  const target = { Id: 'listener', Arn: await bed.createFunction('listener') };
  await bed.createStack('Rules', {
    Resources: {
      // The schedule's first event is due a minute from now: the last test waits for it while the others run
      Both: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'both',
          ScheduleExpression: 'rate(1 minute)',
          EventPattern: {
            'source': ['aws.ssm'],
            'detail-type': ['Parameter Store Change'],
            'detail': { name: [{ prefix: '/heard/' }], operation: ['Create', 'Update', 'Delete'] },
          },
          Targets: [target],
        },
      },
    },
  });
  await bed.settled('Rules');
  rule = (await new EventBridgeClient(bed.clientConfig).send(new DescribeRuleCommand({ Name: 'both' }))).Arn!;
}, 300_000);
afterAll(() => bed?.close());

const put = (Name: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', ...more }));
const arnOf = (name: string) => `arn:aws:ssm:us-east-1:000000000000:parameter${name}`;

const of =
  (name: string, operation: string) =>
  ({ event }: Handed) =>
    event.detail?.name === name && event.detail.operation === operation;

/** What the listener has heard of the parameter so far, once it has heard of a parameter that was made later. */
async function heard(name: string): Promise<string[]> {
  const last = `/heard/after${name}`;
  await put(last);
  await bed.recorder.next(of(last, 'Create'));
  return bed.recorder.handed.filter(({ event }) => event.detail?.name === name).map(({ event }) => event.detail.operation);
}

it("a parameter's making, changing and deleting is each an event as AWS documents it", async () => {
  await put('/heard/all', { Description: 'for a while' });
  const made = await bed.recorder.next(of('/heard/all', 'Create'));
  expect(made.event).toEqual({
    'version': '0',
    'id': expect.any(String),
    'detail-type': 'Parameter Store Change',
    'source': 'aws.ssm',
    'account': '000000000000',
    'time': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    'region': 'us-east-1',
    'resources': [arnOf('/heard/all')],
    'detail': { operation: 'Create', name: '/heard/all', type: 'String', description: 'for a while' },
  });
  expect(made).toMatchObject({ door: 'events', mode: 'Event' });

  await put('/heard/all', { Value: 'w', Overwrite: true });
  const changed = await bed.recorder.next(of('/heard/all', 'Update'));
  expect(changed.event.detail).toEqual({ ...made.event.detail, operation: 'Update' });
  expect(changed.event.id).not.toBe(made.event.id);

  await ssm.send(new DeleteParameterCommand({ Name: '/heard/all' }));
  const deleted = await bed.recorder.next(of('/heard/all', 'Delete'));
  expect(deleted.event).toMatchObject({ resources: [arnOf('/heard/all')], detail: { ...made.event.detail, operation: 'Delete' } });
});

it('a parameter without description has none in its event', async () => {
  await put('/heard/plain', { Type: 'StringList' });
  const { event } = await bed.recorder.next(of('/heard/plain', 'Create'));
  expect(event.detail).toEqual({ operation: 'Create', name: '/heard/plain', type: 'StringList' });
});

it('each of several parameters that are deleted at once has its event, and one that is not there has none', async () => {
  await put('/heard/one');
  await put('/heard/two');
  await ssm.send(new DeleteParametersCommand({ Names: ['/heard/one', '/heard/two', '/heard/none'] }));
  expect(await heard('/heard/two')).toEqual(['Create', 'Delete']);
  expect(await heard('/heard/one')).toEqual(['Create', 'Delete']);
  expect(await heard('/heard/none')).toEqual([]);
});

it('what is refused is no event', async () => {
  await put('/heard/once');
  await expect(put('/heard/once')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  await expect(put('/heard/never', { Value: '' })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(ssm.send(new DeleteParameterCommand({ Name: '/heard/never' }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
  expect(await heard('/heard/once')).toEqual(['Create']);
  expect(await heard('/heard/never')).toEqual([]);
});

it("a rule hears nothing that is beside its pattern's prefix or operations", async () => {
  await put('/unheard/of');
  await put('/heard/labelled');
  await ssm.send(new LabelParameterVersionCommand({ Name: '/heard/labelled', Labels: ['good'] }));
  expect(await heard('/heard/labelled')).toEqual(['Create']);
  expect(await heard('/unheard/of')).toEqual([]);
});

it("a template's parameters are events, too", async () => {
  const template = { Resources: { Value: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/heard/template', Type: 'String', Value: 'v' } } } };
  await bed.createStack('Parameters', template);
  await bed.settled('Parameters');
  expect(await heard('/heard/template')).toEqual(['Create']);
});

it('a parameter that is made again begins at version 1 with a later time', async () => {
  const read = async () => (await ssm.send(new GetParameterCommand({ Name: '/heard/again' }))).Parameter!;
  await put('/heard/again');
  await put('/heard/again', { Overwrite: true });
  const first = await read();
  await ssm.send(new DeleteParameterCommand({ Name: '/heard/again' }));
  await put('/heard/again');
  const second = await read();
  expect([first.Version, second.Version]).toEqual([2, 1]);
  expect(second.LastModifiedDate!.getTime()).toBeGreaterThan(first.LastModifiedDate!.getTime());
  expect(await heard('/heard/again')).toEqual(['Create', 'Update', 'Delete', 'Create']);
});

it("a parameter's time is in whole milliseconds", async () => {
  const headers = { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-type': 'application/x-amz-json-1.1' };
  for (const Name of ['/time/1', '/time/2', '/time/3']) {
    await put(Name);
    const answer = await fetch(bed.controlPlane.url, { method: 'POST', headers, body: JSON.stringify({ Name }) });
    expect(await answer.text()).toMatch(/"LastModifiedDate": ?\d{10}(\.\d{1,3})?[,}]/);
  }
});

it("a rule with a pattern and a schedule has the schedule's events each minute, too, in their own shape", async () => {
  const { event, door, mode } = await bed.recorder.next((handed) => handed.event.source === 'aws.events');
  expect(event).toEqual({
    'version': '0',
    'id': expect.any(String),
    'detail-type': 'Scheduled Event',
    'source': 'aws.events',
    'account': '000000000000',
    'time': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    'region': 'us-east-1',
    'resources': [rule],
    'detail': {},
  });
  expect({ door, mode }).toEqual({ door: 'events', mode: 'Event' });
  expect(bed.controlPlane.undelivered).toEqual([]);
});
