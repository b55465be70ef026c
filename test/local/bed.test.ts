/** The whole bed: the stock CDK CLI deploys, services start real functions in real sandboxes, and nothing is left behind. */
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';

import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';

import { Bed, type CdkApp } from '../../local/bed';
import { WEAKER_THAN_AWS } from '../../local/control-plane/weaker-than-aws';
import { eventually } from './control-plane/harness';

const ROOT = path.join(__dirname, '../..');
function app(name: string, environment: Record<string, string> = {}): CdkApp {
  return {
    command: `npx tsx ${path.join(__dirname, 'apps', `${name}.ts`)}`,
    cwd: ROOT,
    environment: { PYTHON_RUNTIME: bed.newestRuntime('python'), ...environment },
  };
}

interface Note {
  readonly event: any;
  readonly arn: string;
  readonly requestId: string;
}

let bed: Bed;
let outputs: Record<string, string>;
const lines: string[] = [];

beforeAll(async () => {
  bed = await Bed.open({ log: (line) => lines.push(line), initLimitMs: 60_000, keepPayloads: true });
  const { Listeners } = await bed.deploy(app('listeners'));
  outputs = Object.fromEntries(Object.entries(Listeners).map(([name, value]) => [name.replace(/^Out/, ''), value]));
}, 300_000);
afterAll(() => bed?.close());

/** What the functions put down, once one fits. */
async function heard(fits: (note: Note) => boolean): Promise<Note> {
  const s3 = new S3Client({ ...bed.clientConfig, forcePathStyle: true });
  return eventually(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: outputs.Heard }));
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: outputs.Heard, Key }));
      const note = JSON.parse(await Body!.transformToString()) as Note;
      if (fits(note)) {
        return note;
      }
    }
    return undefined;
  });
}

describe('a deployed stack', () => {
  it('has outputs that come through a real custom resource', () => {
    expect(outputs.Echo).toBe('echoed');
    expect(outputs.AliasArn).toMatch(/:live$/);
  });

  it('answers Invoke with what its functions return', async () => {
    const lambda = new LambdaClient(bed.clientConfig);
    for (const FunctionName of [outputs.PythonArn, outputs.AliasArn]) {
      const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{"n":1}') }));
      expect(FunctionError).toBeUndefined();
      expect(JSON.parse(Buffer.from(Payload!).toString())).toEqual({ n: 1 });
    }
  });

  it.each([
    [
      'an object put into a bucket',
      's3',
      async () => {
        const s3 = new S3Client({ ...bed.clientConfig, forcePathStyle: true });
        for (const index of [0, 1]) {
          await s3.send(new PutObjectCommand({ Bucket: outputs.Inbox, Key: `for-${index}/letter`, Body: 'dear' }));
        }
        return [
          (note: Note) => note.event.Records?.[0].s3?.object.key === 'for-0/letter',
          (note: Note) => note.event.Records?.[0].s3?.object.key === 'for-1/letter',
        ];
      },
    ],
    [
      'a message published to a topic',
      'sns',
      async () => {
        await new SNSClient(bed.clientConfig).send(new PublishCommand({ TopicArn: outputs.TopicArn, Message: 'extra' }));
        return [outputs.PythonArn, outputs.AliasArn].map(
          (arn) => (note: Note) => note.arn === arn && note.event.Records?.[0].Sns?.Message === 'extra',
        );
      },
    ],
    [
      'an event on the bus',
      'events',
      async () => {
        await new EventBridgeClient(bed.clientConfig).send(
          new PutEventsCommand({ Entries: [{ Source: 'door', DetailType: 'rang', Detail: '{"times":2}' }] }),
        );
        return [outputs.PythonArn, outputs.AliasArn].map((arn) => (note: Note) => note.arn === arn && note.event.detail?.times === 2);
      },
    ],
    [
      'a message in a queue',
      'sqs',
      async () => {
        await new SQSClient(bed.clientConfig).send(new SendMessageCommand({ QueueUrl: outputs.QueueUrl, MessageBody: 'grind' }));
        return [(note: Note) => note.arn === outputs.AliasArn && note.event.Records?.[0].body === 'grind'];
      },
    ],
  ])('%s starts its functions, aliases by their alias', async (_what, door, cause) => {
    for (const fits of await cause()) {
      const note = await heard(fits);
      expect(bed.invocations()).toContainEqual(
        expect.objectContaining({
          requestId: note.requestId,
          door,
          mode: door === 'sqs' ? 'RequestResponse' : 'Event',
          functionArn: note.arn,
        }),
      );
    }
  });

  it('leaves a record of what each function asked for, and nothing undelivered', () => {
    const { functionName } = bed.invocations().find((invocation) => invocation.functionArn === outputs.AliasArn)!;
    expect(bed.requests()).toContainEqual(expect.objectContaining({ functionName, action: 's3:PutObject', status: 200 }));
    expect(bed.undelivered()).toEqual([]);
  });

  it('leaves every payload to look into, when the bed keeps them: events and results, asynchronous ones too, and the bodies of requests', async () => {
    const text = (bytes: Buffer | undefined) => bytes?.toString() ?? '';
    await new LambdaClient(bed.clientConfig).send(new InvokeCommand({ FunctionName: outputs.AliasArn, Payload: Buffer.from('{"mark":"kept-1"}') }));
    expect(bed.invocations()).toContainEqual(
      expect.objectContaining({ payload: Buffer.from('{"mark":"kept-1"}'), result: Buffer.from('{"mark":"kept-1"}') }),
    );
    await eventually(async () => bed.requests().find(({ path: address, body }) => address.includes('/invocations') && text(body).includes('kept-1')));

    const create = bed.invocations().find(({ door }) => door === 'cloudformation')!;
    const { ResponseURL, RequestId } = JSON.parse(text(create.payload));
    const answer = bed.requests().find(({ path: address }) => address === new URL(ResponseURL).pathname)!;
    expect(JSON.parse(text(answer.body))).toMatchObject({ RequestId, Status: 'SUCCESS' });
    expect(answer.functionName).toBeNull();
  });
});

describe('the CLI', () => {
  it('shows its last lines when a deployment fails, and the bed goes on', async () => {
    await expect(bed.deploy({ command: 'node -e "console.error(\'the app is broken\'); process.exit(3)"', cwd: ROOT })).rejects.toThrow(
      /the app is broken/,
    );
    expect(lines).toContain('cdk: the app is broken');
  });

  it.each(['AWS_PROFILE', 'AWS_ENDPOINT_URL', 'HOME'])('does not run an app that sets %s', async (name) => {
    await expect(bed.deploy(app('listeners', { [name]: 'x' }))).rejects.toThrow(`CdkApp.environment sets ${name}`);
  });

  it('destroys what it deployed', async () => {
    await bed.destroy(app('listeners'));
    await expect(new CloudFormationClient(bed.clientConfig).send(new DescribeStacksCommand({ StackName: 'Listeners' }))).rejects.toThrow(
      'does not exist',
    );
    const deletion = bed.invocations().filter((invocation) => invocation.door === 'cloudformation');
    expect(deletion).toHaveLength(2);
  });
});

it('says what is weaker than AWS, which isolation and which runtimes run', () => {
  for (const line of WEAKER_THAN_AWS) {
    expect(lines).toContain(`bed: weaker than AWS: ${line}`);
  }
  expect(lines).toContain(`bed: functions run in sandboxes of ${bed.isolation}`);
  expect(lines.some((line) => line.startsWith('bed: python3.'))).toBe(true);
});

it('leaves neither port nor file when it closes; another one open at the time is not disturbed', async () => {
  const other = await Bed.open({ log: () => undefined });
  try {
    expect(other.endpoint).not.toBe(bed.endpoint);
    const directory = path.dirname(other.environment.HOME);
    expect(fs.existsSync(directory)).toBe(true);
    await other.close();
    expect(fs.existsSync(directory)).toBe(false);
    await expect(connected(other.endpoint)).resolves.toBe(false);
    await expect(connected(bed.endpoint)).resolves.toBe(true);
  } finally {
    await other.close();
  }
});

it("refuses Parameter Store's requests above the rate that it is opened with, and says which, of whom and how many", async () => {
  const other = await Bed.open({ log: () => undefined, parameterStoreRequestsPerSecond: 0.001 });
  try {
    const ssm = new SSMClient({ ...other.clientConfig, maxAttempts: 3 });
    await ssm.send(new GetParametersCommand({ Names: ['/a'] }));
    await expect(ssm.send(new GetParametersCommand({ Names: ['/a'] }))).rejects.toMatchObject({ name: 'ThrottlingException' });
    const throttled = await eventually(async () => {
      const found = other.requests().filter((request) => request.throttled);
      return found.length === 3 ? found : undefined;
    });
    expect(throttled[0]).toMatchObject({ action: 'ssm:GetParameters', functionName: null, accessKeyId: other.clientConfig.credentials.accessKeyId });
  } finally {
    await other.close();
  }
});

it('says why its control plane does not start, and leaves nothing behind', async () => {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'bed-test-'));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  try {
    await expect(Bed.open({ log: () => undefined, parameterStoreRequestsPerSecond: 0 })).rejects.toThrow('parameterStoreRequestsPerSecond is 0');
    expect(fs.readdirSync(temporary).filter((name) => name.startsWith('bed-'))).toEqual([]);
  } finally {
    if (before === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = before;
    }
    fs.rmSync(temporary, { recursive: true, force: true });
  }
});

/** A stack whose custom resource nobody answers but the test. */
const ASKING = {
  Resources: {
    Silent: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/any',
        Code: { ZipFile: 'def handler(event, context):\n    pass\n' },
      },
    },
    Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Silent', 'Arn'] } } },
  },
};

it.each([false, true])(
  'closes with an error when answers to CloudFormation contradict each other, unless they are tolerated: %s',
  async (tolerated) => {
    const other = await Bed.open({ log: () => undefined, initLimitMs: 60_000, keepPayloads: true, toleratesContradictions: tolerated });
    try {
      const template = structuredClone(ASKING);
      Object.assign(template.Resources.Silent.Properties, { Runtime: other.newestRuntime('python') });
      await new CloudFormationClient(other.clientConfig).send(
        new CreateStackCommand({ StackName: 'Asking', TemplateBody: JSON.stringify(template) }),
      );
      const { payload } = await eventually(async () => other.invocations().find(({ door }) => door === 'cloudformation'));
      const { ResponseURL, StackId, RequestId, LogicalResourceId } = JSON.parse(payload!.toString()) as Record<string, string>;
      for (const PhysicalResourceId of ['one', 'two']) {
        const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId });
        await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: Buffer.from(body) });
      }
      const [contradiction] = await eventually(async () => (other.contradictions().length > 0 ? other.contradictions() : undefined));
      expect(contradiction).toContain(`the Create of Thing in ${StackId} contradict each other: SUCCESS one, then SUCCESS two`);
      expect(other.answers().map(({ requestId }) => requestId)).toEqual([RequestId, RequestId]);
      const closed = other.close().then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect(await closed).toBe(tolerated ? undefined : contradiction);
      await expect(connected(other.endpoint)).resolves.toBe(false);
    } finally {
      await other.close().catch(() => undefined);
    }
  },
);

function connected(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
