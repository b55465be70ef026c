/** Of the five handlers of real life the two whose services can be had here: a DNS server, and a service with a REST API. */
import * as path from 'node:path';

import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

import { Bed, type CdkApp } from '../../../local/bed';
import { DnsServer } from '../../examples/handlers/dns-server';
import { WorkspaceService } from '../../examples/handlers/workspace-service';
import { eventually } from '../support/eventually';
import { notAllowed, type Statement, statementsOf } from '../support/least-privilege';

jest.setTimeout(300_000);

const KEY = 'key-5f1c0a9e7d';
const NAME = 'shop.example';

let bed: Bed;
let dns: DnsServer;
let service: WorkspaceService;
let outputs: Record<string, string>;

function app(context: Record<string, string> = {}): CdkApp {
  return {
    command: `${JSON.stringify(process.execPath)} --import tsx app.ts`,
    cwd: path.join(__dirname, '..', '..', '..', 'examples', 'handlers'),
    context: {
      nodejs: bed.newestRuntime('nodejs'),
      name: NAME,
      values: '192.0.2.1',
      servers: dns.address,
      apiUrl: service.url,
      timeout: '120',
      ...context,
    },
  };
}

/** Both stacks at once. The name gets its address as soon as the handler has asked for it, and has to ask again. */
async function deploy(address: string, context: Record<string, string> = {}): Promise<void> {
  const asked = dns.asked.length;
  const deployed = Promise.all(['Dns', 'Saas'].map((stack) => bed.deploy(app({ values: address, ...context }), stack)));
  const published = eventually(
    () => Promise.resolve(dns.asked.length),
    (now) => now > asked,
    200,
  ).then(() => dns.set(NAME, 'A', address));
  const [[, { Saas }]] = await Promise.all([deployed, Promise.race([published, deployed])]);
  outputs = Saas;
}

beforeAll(async () => {
  [bed, dns, service] = await Promise.all([Bed.open({ initLimitMs: 60_000, log: () => undefined }), DnsServer.open(), WorkspaceService.open(KEY)]);
  await new SecretsManagerClient(bed.clientConfig).send(
    new CreateSecretCommand({ Name: 'service-api-key', SecretString: JSON.stringify({ apiKey: KEY }) }),
  );
  await deploy('192.0.2.1');
}, 600_000);

afterAll(() => Promise.all([bed?.close(), dns?.close(), service?.close()]));

const workspaces = () => [...service.workspaces.values()].map(({ id, region, plan }) => ({ id, region, plan }));

test('deployed, the workspace is there, and the name has been asked for until it had its address', () => {
  expect(workspaces()).toEqual([{ id: 'ws_1', region: 'eu', plan: 'team' }]);
  expect(outputs).toEqual({ WorkspaceId: 'ws_1', WorkspaceUrl: 'https://ws_1.service.example' });
  expect(dns.asked.length).toBeGreaterThanOrEqual(2);
});

test('updated, the workspace is replaced and the first is gone, and another address has been waited for', async () => {
  const asked = dns.asked.length;
  await deploy('192.0.2.2', { plan: 'enterprise', region: 'us' });
  expect(workspaces()).toEqual([{ id: 'ws_2', region: 'us', plan: 'enterprise' }]);
  expect(outputs).toEqual({ WorkspaceId: 'ws_2', WorkspaceUrl: 'https://ws_2.service.example' });
  expect(dns.asked.length).toBeGreaterThanOrEqual(asked + 2);
});

test('deleted, nothing is left; the functions asked AWS for nothing but what their roles allow', async () => {
  const functions = [...new Set(bed.invocations().map(({ functionName }) => functionName))];
  const allowed: (readonly [string, Statement[]])[] = await Promise.all(
    functions.map(async (name) => [name, await statementsOf(bed, name)] as const),
  );
  await Promise.all(['Dns', 'Saas'].map((stack) => bed.destroy(app(), stack)));

  expect(workspaces()).toEqual([]);
  expect(bed.undelivered()).toEqual([]);
  expect(allowed).toHaveLength(2);
  for (const [name, statements] of allowed) {
    expect(notAllowed(bed, name, statements)).toEqual([]);
  }
  const asked = bed.requests().flatMap(({ functionName, action }) => (functionName === null ? [] : [action]));
  expect(new Set(asked)).toEqual(new Set(['cloudformation:DescribeStacks', 'lambda:InvokeFunction', 'secretsmanager:GetSecretValue']));
});
