import { vectors } from '../../../../../../lambda/contract/maintenance-window/coalescing.json';
import { environment as names } from '../../../../../../lambda/contract/names.json';
import { type Answer, GUARDED, ON, S3, told, World } from '../world';

const BARE = { 'lambda-runtime-aws-tenant-id': undefined };
const [{ body, digest, sha256 }, ...others] = vectors;
const KNOWN = { [names.tickInputs]: `${others[0].digest},${digest}` };
const PAYLOAD = { [names.coalesceBy]: 'PAYLOAD' };

let world: World;
afterEach(() => world.close());

async function held(event: string, variables: Record<string, string>, headers: object = BARE, answer: Answer = ON) {
  world = await World.open(answer, variables);
  const reply = told(await world.plan(event, 'r-9', headers as never));
  return { reply, row: world.events.rows.item('fn#r-9') && world.row('fn#r-9') };
}

describe('an event whose bytes are the input of a schedule', () => {
  test.each(vectors)('is known by their digest: $body', async (vector) => {
    const { reply, row } = await held(vector.body, { [names.tickInputs]: vector.digest });
    const rule = `input:${vector.sha256}`;
    expect(row).toMatchObject({ source: 'scheduled', rule, envelope: { sourceIds: [rule] } });
    expect(reply).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
    expect(world.counted).toEqual(['deferred']);
  });

  test('is one of several', async () => {
    expect((await held(body, KNOWN)).row).toMatchObject({ rule: `input:${sha256}` });
  });

  test.each([
    ['{"scheduled":"RUN","direct":"REJECT"}', 'run'],
    ['{"scheduled":"REJECT","direct":"RUN"}', 'MaintenanceWindowActive'],
  ])('is a tick: %s', async (deferral, expected) => {
    expect((await held(body, { ...KNOWN, [names.deferral]: deferral })).reply).toBe(expected);
  });

  test('is one whatever its shape', async () => {
    const [event, input] = ['{"source":"a","detail-type":"b","detail":{}}', { [names.tickInputs]: 'WsA4wRIxiQiD' }];
    expect((await held(event, input)).row).toMatchObject({ source: 'scheduled' });
  });

  test('is looked up after a window like any tick', async () => {
    await held(body, KNOWN, BARE, GUARDED);
    expect(world.events.operations).toEqual(['GetItem']);
  });
});

test.each<[string, string, Record<string, string>, object]>([
  ['an event of other bytes', `${body} `, KNOWN, BARE],
  ['an event while no schedule is known', body, {}, BARE],
  ['an event for a tenant', body, KNOWN, {}],
  ['an event with a client context', body, KNOWN, { ...BARE, 'lambda-runtime-client-context': '{"custom":{}}' }],
  ['an event with an identity', body, KNOWN, { ...BARE, 'lambda-runtime-cognito-identity': '{}' }],
  ['an event with a client context, by payload', body, PAYLOAD, { ...BARE, 'lambda-runtime-client-context': '{"custom":{}}' }],
  ['an event for a tenant, by payload', body, PAYLOAD, {}],
])('%s stays an event of its own', async (_, event, variables, headers) => {
  const { row } = await held(event, variables, headers);
  expect(row).toMatchObject({ source: 'direct' });
  expect(row).not.toHaveProperty('rule');
});

describe('by payload', () => {
  test('direct events of the same bytes have the same rule', async () => {
    expect((await held(body, PAYLOAD)).row).toMatchObject({ source: 'direct', rule: `payload:${sha256}` });
    expect(world.counted).toEqual(['deferred', 'unrecognizedSource']);
  });

  test('events of sources that tell of a thing that happened have none', async () => {
    expect((await held(S3, PAYLOAD)).row).not.toHaveProperty('rule');
  });

  test('a tick keeps the rule that it names, and an input of a schedule its own', async () => {
    const event = '{"detail-type":"Scheduled Event","source":"aws.scheduler","resources":["arn:schedule"]}';
    expect((await held(event, PAYLOAD)).row).toMatchObject({ rule: 'arn:schedule' });
    await world.close();
    expect((await held(body, { ...KNOWN, ...PAYLOAD })).row).toMatchObject({ rule: `input:${sha256}` });
  });
});
