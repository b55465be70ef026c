/** The CLI never runs with an environment that reaches another account than the bed's. */
import { CdkCli } from '../../../local/control-plane/cdk-cli';
import { bedEnvironment } from '../../../local/control-plane/process-environment';
import { Supervised } from '../../../local/control-plane/supervised';
import { Harness } from './harness';

let bed: Harness;
let processes: Supervised;
const lines: string[] = [];

beforeAll(async () => {
  bed = await Harness.open();
}, 300_000);
afterAll(() => bed?.close());
beforeEach(() => {
  lines.length = 0;
  processes = new Supervised();
});
afterEach(() => processes.close());

function cli(environment: Record<string, string>): CdkCli {
  return new CdkCli({
    python: bed.python,
    root: bed.root,
    processes,
    log: (line) => lines.push(line),
    environment: { ...bedEnvironment(bed.root, bed.controlPlane.url), ...environment },
  });
}

const app = { command: 'false', cwd: process.cwd() };

it('does not start the CLI when sts get-caller-identity answers another account', async () => {
  await expect(cli({ AWS_ACCESS_KEY_ID: '111111111111' }).deploy(app, [])).rejects.toThrow(
    "refusing to run the CDK CLI: sts get-caller-identity answers account 111111111111, the bed's is 000000000000",
  );
  await expect(cli({ AWS_ACCESS_KEY_ID: '111111111111' }).destroy(app, [])).rejects.toThrow('refusing to run the CDK CLI');
  expect(lines).toEqual([]);
});

it('does not start the CLI when nobody answers', async () => {
  await expect(cli({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }).deploy(app, [])).rejects.toThrow(/Could not connect to the endpoint URL/);
  expect(lines).toEqual([]);
});

it('bootstraps once, again only after a failure, and tells what it does', async () => {
  const stock = cli({});
  await expect(stock.deploy(app, [])).rejects.toThrow(/Subprocess exited with error/);
  await expect(stock.deploy(app, [])).rejects.toThrow(/Subprocess exited with error/);
  expect(lines.filter((line) => line === 'cdk bootstrap ...')).toHaveLength(1);
  expect(lines.filter((line) => line === 'cdk deploy ...')).toHaveLength(2);
}, 300_000);

it('is ended with the bed, and refuses to start afterwards', async () => {
  const running = cli({}).deploy({ command: 'sleep 600', cwd: process.cwd() }, []);
  const failed = expect(running).rejects.toThrow(/ended with exit code 137/);
  while (!lines.includes('cdk deploy ...')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  await processes.close();
  await failed;
  await expect(cli({}).destroy(app, [])).rejects.toThrow('the bed is closed');
}, 300_000);
