import { Resolver } from 'node:dns/promises';

import { runOperation, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../examples/handlers/dns/handler';
import { DnsServer } from './dns-server';

const NAME = 'www.shop.example';

let servers: DnsServer[];

beforeEach(async () => {
  servers = await Promise.all([DnsServer.open(), DnsServer.open()]);
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

const request = (more: object = {}) =>
  ({
    RequestType: 'Create',
    ResourceProperties: { Name: NAME, Type: 'A', Values: ['192.0.2.1', '192.0.2.2'], Servers: servers.map(({ address }) => address), ...more },
  }) as const;

/** Patience for a busy machine: questions go through the loopback interface. */
const options = () => ({ clock: new SimulatedClock(Date.now(), 30_000) });

/** Sets the records of both servers. */
const publish = (...values: string[]) => servers.forEach((server) => server.set(NAME, 'A', ...values));

/** Runs something when the first server is asked for the so many-th time. */
function whenAsked(times: number, run: () => void) {
  const push = servers[0].asked.push.bind(servers[0].asked);
  servers[0].asked.push = (...items: string[]) => {
    const asked = push(...items);
    if (asked === times) {
      run();
    }
    return asked;
  };
}

test('is there when every server has exactly the expected records, in any order, though that takes longer than an execution', async () => {
  whenAsked(120, () => publish('192.0.2.2', '192.0.2.1'));
  const { answer, executions } = await runOperation(handler, request(), options());
  expect(answer).toMatchObject({ status: 'SUCCESS' });
  expect(executions).toBe(2);
  expect(servers.map(({ asked }) => asked.length)).toEqual([120, 120]);
});

test('waits for the last server, which still has the old records', async () => {
  publish('192.0.2.1', '192.0.2.2');
  servers[1].set(NAME, 'A', '192.0.2.9');
  whenAsked(3, () => publish('192.0.2.1', '192.0.2.2'));
  const { answer } = await runOperation(handler, request(), options());
  expect(answer).toMatchObject({ status: 'SUCCESS' });
  expect(servers[0].asked.length).toBeGreaterThanOrEqual(3);
});

test.each([
  ['more', ['192.0.2.1', '192.0.2.2', '192.0.2.3']],
  ['fewer', ['192.0.2.1']],
])('with %s records than expected it is not there, and at the time limit the log says what was seen last', async (_, values) => {
  publish(...values);
  const log: string[] = [];
  const { answer } = await runOperation(handler, request({ ServiceTimeout: '300' }), { ...options(), log: (line) => log.push(line) });
  expect(answer).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('timed out') });
  const [last] = log.map((line) => JSON.parse(line)).filter(({ message }) => message === 'gave up waiting for DNS');
  expect(JSON.stringify(last)).toContain(JSON.stringify({ [servers[0].address]: values.join(', '), [servers[1].address]: values.join(', ') }));
});

test('what a server answers instead of records is seen too', async () => {
  const nobody = await DnsServer.open();
  await nobody.close();
  const log: string[] = [];
  const Servers = [servers[0].address, nobody.address, 'ns1.example'];
  await runOperation(handler, request({ Servers, ServiceTimeout: '120' }), { ...options(), log: (line) => log.push(line) });
  const last = log.filter((line) => line.includes('gave up waiting')).at(-1);
  expect(last).toContain(`"${servers[0].address}":"error ENOTFOUND"`);
  expect(last).toContain(`"${nobody.address}":"error ECONNREFUSED"`);
  expect(last).toContain('"ns1.example":"error ERR_INVALID_IP_ADDRESS"');
});

test.each([
  ['AAAA', ['2001:DB8::1'], ['2001:db8::1']],
  ['CNAME', ['shop.example.'], ['SHOP.example']],
  ['TXT', ['v=spf1 -all'], [['v=spf1 ', '-all']]],
] as const)('compares %s as DNS does', async (Type, Values, records) => {
  servers.forEach((server) => server.set(NAME, Type, ...(records as readonly (string | string[])[])));
  expect((await runOperation(handler, request({ Type, Values }), options())).answer).toMatchObject({ status: 'SUCCESS' });
});

test('without servers it asks those of the zone that the name is in', async () => {
  publish('192.0.2.1', '192.0.2.2');
  // Port 53 is not a test's to listen on, so an address carries one here
  const zones: Record<string, string[]> = { 'shop.example': ['ns1.example', 'ns2.example'], 'example': ['wrong.example'] };
  const addresses: Record<string, string> = { 'ns1.example': servers[0].address, 'ns2.example': servers[1].address };
  const none = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));
  jest.spyOn(Resolver.prototype, 'resolveNs').mockImplementation((name) => (zones[name] ? Promise.resolve(zones[name]) : none('ENODATA')));
  jest
    .spyOn(Resolver.prototype as unknown as { resolve4(host: string): Promise<string[]> }, 'resolve4')
    .mockImplementation((host) => (addresses[host] ? Promise.resolve([addresses[host]]) : none('ENOTFOUND')));

  expect((await runOperation(handler, request({ Servers: undefined }), options())).answer).toMatchObject({ status: 'SUCCESS' });
  expect(servers.map(({ asked }) => asked)).toEqual([[`A ${NAME}`], [`A ${NAME}`]]);

  // One that has no address may have other records
  delete addresses['ns2.example'];
  const without = await runOperation(handler, request({ Servers: undefined, ServiceTimeout: '120' }), options());
  expect(without.answer).toMatchObject({ status: 'FAILED' });
});

test('an update waits for the new records, its rollback for the old ones, and a delete for nothing, twice', async () => {
  publish('192.0.2.7');
  const id = { PhysicalResourceId: 'stack-Record-0123456789abcdef' };
  const update = await runOperation(handler, { ...request({ Values: ['192.0.2.7'] }), RequestType: 'Update', ...id }, options());
  expect(update.answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: id.PhysicalResourceId });

  whenAsked(3, () => publish('192.0.2.1', '192.0.2.2'));
  const back = await runOperation(handler, { ...request(), RequestType: 'Update', ...id }, options());
  expect(back.answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: id.PhysicalResourceId });

  const asked = servers[0].asked.length;
  for (const RequestType of ['Delete', 'Delete'] as const) {
    expect((await runOperation(handler, { ...request(), RequestType, ...id }, options())).answer).toMatchObject({ status: 'SUCCESS' });
  }
  expect(servers[0].asked).toHaveLength(asked);
});

test('when the stack rolls back, CloudFormation is told nothing', async () => {
  let reads = 0;
  const stackStatus = () => (++reads > 3 ? 'ROLLBACK_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
  expect((await runOperation(handler, request(), { ...options(), stackStatus })).answer).toBeUndefined();
});

test.each([
  [{ Name: '' }, 'Name must be a domain name, got ""'],
  [{ Type: 'MX' }, 'Type must be one of A, AAAA, CNAME, NS, TXT, got "MX"'],
  [{ Values: [] }, 'Values must be a list of strings, 1 or more, got []'],
  [{ Servers: '127.0.0.1' }, 'Servers must be a list of strings, 0 or more, got "127.0.0.1"'],
])('%j is refused', async (properties, reason) => {
  expect((await runOperation(handler, request(properties), options())).answer).toMatchObject({
    status: 'FAILED',
    reason: expect.stringContaining(reason),
  });
});
