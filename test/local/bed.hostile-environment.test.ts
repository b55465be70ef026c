/** A bed that is opened in an environment full of somebody's real AWS configuration talks to nobody but itself. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';

import { virtualEnvironment } from '../../local/control-plane/virtual-environment';
import { Program } from './program';

let directory: string;
let trap: http.Server;
let hostile: NodeJS.ProcessEnv;
const trapped: string[] = [];

beforeAll(async () => {
  trap = http.createServer((request, response) => {
    trapped.push(`${request.method} ${request.headers.host} ${request.url}`);
    response.writeHead(500).end();
  });
  trap.on('connect', (request, socket) => {
    trapped.push(`CONNECT ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
  const services = ['s3', 'sts', 'cloudformation', 'lambda', 'iam', 'ssm', 'sqs', 'cloudwatch_logs']
    .map((name) => `${name} =\n  endpoint_url = ${endpoint}\n`)
    .join('');
  const configuration = `[profile victim]\nregion = eu-west-1\nendpoint_url = ${endpoint}\nservices = trap\n[default]\nendpoint_url = ${endpoint}\nservices = trap\n[services trap]\n${services}`;
  fs.mkdirSync(path.join(directory, '.aws'));
  for (const file of ['config', path.join('.aws', 'config')]) {
    fs.writeFileSync(path.join(directory, file), configuration);
  }
  for (const file of ['credentials', path.join('.aws', 'credentials')]) {
    fs.writeFileSync(
      path.join(directory, file),
      '[victim]\naws_access_key_id = AKIAVICTIM\naws_secret_access_key = real\n[default]\naws_access_key_id = AKIAVICTIM\naws_secret_access_key = real\n',
    );
  }
  hostile = {
    ...process.env,
    HOME: directory,
    AWS_PROFILE: 'victim',
    AWS_DEFAULT_PROFILE: 'victim',
    AWS_SDK_LOAD_CONFIG: '1',
    AWS_CONFIG_FILE: path.join(directory, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(directory, 'credentials'),
    AWS_ACCESS_KEY_ID: 'AKIAVICTIM',
    AWS_SECRET_ACCESS_KEY: 'real',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/credentials`,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    HTTP_PROXY: endpoint,
    HTTPS_PROXY: endpoint,
    ALL_PROXY: endpoint,
    http_proxy: endpoint,
    https_proxy: endpoint,
  };
}, 300_000);

afterAll(() => {
  trap.closeAllConnections();
  trap.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

it('is a trap that an unprotected SDK walks into', async () => {
  const python = await virtualEnvironment({ log: () => undefined });
  const identity = path.join(__dirname, '../../local/control-plane/identity.py');
  await new Promise((resolve) => spawn(python, [identity], { env: hostile, stdio: 'ignore' }).once('close', resolve));
  expect(trapped.length).toBeGreaterThan(0);
}, 300_000);

it('goes through bootstrap, deployment, invocation and destruction without one request to the trap', async () => {
  trapped.length = 0;
  const program = new Program('round', hostile);
  await program.says('closed');
  expect(program.said).toMatchObject({ answered: '"awake"', closed: true });
  await program.ended;
  expect(trapped).toEqual([]);
}, 300_000);
