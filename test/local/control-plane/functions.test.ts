/** What the data plane is told about functions, and the records of requests. */
import { createHash } from 'node:crypto';

import { UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParametersCommand, GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { unzipSync } from 'fflate';

import { eventually, Harness, zip } from './harness';

let bed: Harness;
const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

beforeAll(async () => {
  bed = await Harness.open();
}, 300_000);
afterAll(() => bed?.close());

async function ask(path: string, query: Record<string, string>): Promise<{ status: number; headers: Headers; body: any; bytes: Buffer }> {
  const response = await fetch(`${bed.controlPlane.url}/_bed/${path}?${new URLSearchParams(query)}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const json = response.headers.get('content-type') === 'application/json';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(bytes.toString()) : undefined, bytes };
}

const textIn = (archive: Buffer, file: string) => Buffer.from(unzipSync(archive)[file]).toString();

describe('/_bed/function', () => {
  it('tells everything the data plane needs to run the unqualified function', async () => {
    const { LayerVersionArn } = await bed.lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'tools', Content: { ZipFile: zip({ 'bin/tool': '#!' }) } }),
    );
    await bed.createFunction('full', {
      Handler: 'app.run',
      Runtime: 'nodejs22.x',
      Timeout: 42,
      MemorySize: 512,
      EphemeralStorage: { Size: 1024 },
      Environment: { Variables: { MODE: 'x', EMPTY: '' } },
      Layers: [LayerVersionArn!],
      DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogGroup: '/mine', LogFormat: 'Text' },
    });
    await bed.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'full', ReservedConcurrentExecutions: 3 }));
    await bed.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName: 'full', RecursiveLoop: 'Allow' }));
    expect((await ask('function', { name: 'full', qualifier: '' })).body).toEqual({
      functionName: 'full',
      functionArn: arn('full'),
      invokedArn: arn('full'),
      version: '$LATEST',
      qualifier: '',
      runtime: 'nodejs22.x',
      handler: 'app.run',
      timeout: 42,
      memorySize: 512,
      ephemeralStorage: 1024,
      environment: { MODE: 'x', EMPTY: '' },
      layers: [LayerVersionArn],
      role: 'arn:aws:iam::000000000000:role/any',
      codeSha256: expect.any(String),
      revisionId: expect.any(String),
      architectures: ['x86_64'],
      packageType: 'Zip',
      tracingMode: 'Active',
      logGroup: '/mine',
      eventInvokeConfig: null,
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      reservedConcurrency: 3,
      recursiveLoop: 'Allow',
    });
  });

  it("has AWS's defaults for what was not said", async () => {
    await bed.createFunction('bare');
    expect((await ask('function', { name: arn('bare') })).body).toMatchObject({
      timeout: 3,
      memorySize: 128,
      ephemeralStorage: 512,
      environment: {},
      layers: [],
      tracingMode: 'PassThrough',
      logGroup: '/aws/lambda/bare',
      deadLetterTargetArn: null,
      reservedConcurrency: null,
      recursiveLoop: 'Terminate',
    });
  });

  it('takes reserved concurrency and recursive loops from a template, and gives them up with it', async () => {
    const template = (settings: object) => ({
      Resources: {
        Fn: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'templated',
            Runtime: 'nodejs22.x',
            Handler: 'index.handler',
            Role: 'arn:aws:iam::000000000000:role/any',
            Code: { ZipFile: 'exports.handler = async () => 1' },
            ...settings,
          },
        },
      },
    });
    await bed.createStack('Templated', template({ ReservedConcurrentExecutions: 2, RecursiveLoop: 'Allow' }));
    await bed.settled('Templated');
    expect((await ask('function', { name: 'templated' })).body).toMatchObject({ reservedConcurrency: 2, recursiveLoop: 'Allow' });
    await bed.cloudFormation.send(new UpdateStackCommand({ StackName: 'Templated', TemplateBody: JSON.stringify(template({})) }));
    await bed.settled('Templated');
    expect((await ask('function', { name: 'templated' })).body).toMatchObject({ reservedConcurrency: null, recursiveLoop: 'Terminate' });
  });

  it('names the alias as called and runs its version', async () => {
    await bed.createFunction('versioned', { Environment: { Variables: { V: 'one' } } });
    await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'versioned' }));
    await bed.lambda.send(new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }));
    for (const query of [
      { name: 'versioned', qualifier: 'live' },
      { name: 'versioned:live' },
      { name: `${arn('versioned')}:live`, qualifier: '' },
    ] as Record<string, string>[]) {
      expect((await ask('function', query)).body).toMatchObject({
        functionArn: arn('versioned'),
        invokedArn: `${arn('versioned')}:live`,
        version: '1',
        qualifier: 'live',
        environment: { V: 'one' },
      });
    }
  });

  it.each([
    [{ name: 'nobody' }, arn('nobody')],
    [{ name: 'there', qualifier: '9' }, `${arn('there')}:9`],
    [{ name: `${arn('there')}:gone` }, `${arn('there')}:gone`],
  ])('answers 404 as Lambda does for %j', async (query, missing) => {
    await bed.createFunction('there').catch(() => undefined);
    const answer = await ask('function', query);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(answer.body.Message).toBe(`Function not found: ${missing}`);
  });

  it('refuses two qualifiers that differ, and an alias that splits its calls', async () => {
    await bed.createFunction('split');
    await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'split' }));
    await bed.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'split', ZipFile: zip({ 'index.py': '# two' }) }));
    await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'split' }));
    await bed.lambda.send(
      new CreateAliasCommand({
        FunctionName: 'split',
        Name: 'canary',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
      }),
    );
    expect(await ask('function', { name: 'split:1', qualifier: '2' })).toMatchObject({
      status: 400,
      body: { Message: expect.stringContaining('does not match') },
    });
    expect(await ask('function', { name: 'split', qualifier: 'canary' })).toMatchObject({
      status: 501,
      body: { Message: expect.stringContaining('by weight') },
    });
  });

  it('gives the event invoke configuration of exactly the qualifier that was called', async () => {
    await bed.createFunction('async');
    await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'async' }));
    await bed.lambda.send(new CreateAliasCommand({ FunctionName: 'async', Name: 'live', FunctionVersion: '1' }));
    const OnFailure = { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' };
    await bed.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'async',
        Qualifier: 'live',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure },
      }),
    );
    await bed.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'async', MaximumRetryAttempts: 1 }));
    const configOf = async (qualifier: string) => (await ask('function', { name: 'async', qualifier })).body.eventInvokeConfig;
    expect(await configOf('live')).toEqual({
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 60,
      onSuccess: null,
      onFailure: OnFailure.Destination,
    });
    expect(await configOf('')).toMatchObject({ maximumRetryAttempts: 1 });
    expect(await configOf('1')).toBeNull();
  });
});

describe('the event invoke configuration of $LATEST', () => {
  it('is that of the unqualified function, however it was written, read or removed', async () => {
    await bed.createFunction('latest');
    await bed.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'latest', Qualifier: '$LATEST', MaximumRetryAttempts: 1 }));
    expect((await bed.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'latest' }))).MaximumRetryAttempts).toBe(1);
    expect((await ask('function', { name: 'latest' })).body.eventInvokeConfig.maximumRetryAttempts).toBe(1);
    expect((await ask('function', { name: 'latest', qualifier: '$LATEST' })).body.eventInvokeConfig.maximumRetryAttempts).toBe(1);
    await bed.lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: 'latest' }));
    await expect(bed.lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'latest', Qualifier: '$LATEST' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('/_bed/code and /_bed/layer', () => {
  it('give the code of exactly the version, after the function has changed too', async () => {
    await bed.createFunction('coded', { Code: { ZipFile: zip({ 'index.py': '# one' }) } });
    await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'coded' }));
    await bed.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'coded', ZipFile: zip({ 'index.py': '# two' }) }));
    const one = await ask('code', { name: 'coded', qualifier: '1' });
    const latest = await ask('code', { name: 'coded', qualifier: '' });
    expect(textIn(one.bytes, 'index.py')).toBe('# one');
    expect(textIn(latest.bytes, 'index.py')).toBe('# two');
    for (const code of [one, latest]) {
      expect(code.headers.get('x-code-sha256')).toBe(createHash('sha256').update(code.bytes).digest('base64'));
    }
    expect((await ask('function', { name: 'coded:1' })).body.codeSha256).toBe(one.headers.get('x-code-sha256'));
  });

  it('give each version of a layer, and 404 for one that does not exist', async () => {
    const archives = [zip({ a: 'first' }), zip({ a: 'second' })];
    const arns: string[] = [];
    for (const ZipFile of archives) {
      arns.push((await bed.lambda.send(new PublishLayerVersionCommand({ LayerName: 'grown', Content: { ZipFile } }))).LayerVersionArn!);
    }
    for (const [index, layer] of arns.entries()) {
      expect((await ask('layer', { arn: layer })).bytes.equals(archives[index])).toBe(true);
    }
    expect(await ask('layer', { arn: arns[0].replace(/:1$/, ':7') })).toMatchObject({
      status: 404,
      body: { Message: expect.stringContaining('grown:7') },
    });
    expect((await ask('other', {})).status).toBe(404);
  });
});

describe('the record of requests', () => {
  it("names service, action, resource, status and key in IAM's words, and leaves the bed's own questions out", async () => {
    await new DynamoDBClient(bed.clientConfig).send(
      new CreateTableCommand({
        TableName: 'noted',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await new DynamoDBClient(bed.clientConfig).send(new PutItemCommand({ TableName: 'noted', Item: { id: { S: 'x' } } }));
    await new SQSClient({ ...bed.clientConfig, credentials: { accessKeyId: 'ASIASOMEBODYELSE0000', secretAccessKey: 'x' } }).send(
      new ListQueuesCommand({}),
    );
    const listed = await eventually(async () => bed.controlPlane.requests.find((request) => request.action === 'sqs:ListQueues'));
    expect(listed).toMatchObject({ service: 'sqs', resource: '*', status: 200, accessKeyId: 'ASIASOMEBODYELSE0000', method: 'POST' });
    expect(bed.controlPlane.requests).toContainEqual(
      expect.objectContaining({
        action: 'dynamodb:PutItem',
        resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/noted',
        status: 200,
        accessKeyId: bed.clientConfig.credentials.accessKeyId,
      }),
    );
    expect(bed.controlPlane.requests.some((request) => request.path.startsWith('/_bed'))).toBe(false);
  });

  it('has every resource that a request names', async () => {
    const ssm = new SSMClient(bed.clientConfig);
    const given = 'arn:aws:ssm:us-east-1:000000000000:parameter/noted/arn';
    await ssm.send(new GetParametersCommand({ Names: ['/noted/one', 'plain', given] }));
    await ssm.send(new DeleteParametersCommand({ Names: ['/noted/one', '/noted/two'] }));
    await ssm.send(new PutParameterCommand({ Name: '/noted/put', Value: 'v', Type: 'String' }));
    const named = (action: string) =>
      eventually(async () => bed.controlPlane.requests.find((request) => request.action === action)).then(({ resource, permissions }) => ({
        resource,
        names: permissions.map((permission) => permission.resource.replace('arn:aws:ssm:us-east-1:000000000000:parameter', '')),
      }));
    expect(await named('ssm:GetParameters')).toEqual({ resource: '*', names: ['/noted/one', '/plain', '/noted/arn'] });
    expect(await named('ssm:DeleteParameters')).toEqual({ resource: '*', names: ['/noted/one', '/noted/two'] });
    expect(await named('ssm:PutParameter')).toEqual({ resource: expect.stringContaining('parameter/noted/put'), names: ['/noted/put'] });
  });

  it('has the leading keys of every item that a request to DynamoDB names', async () => {
    const dynamodb = new DynamoDBClient(bed.clientConfig);
    const key = (id: string, at: string) => ({ owner: { S: id }, nr: { N: at } });
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'keyed',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'owner', AttributeType: 'S' },
          { AttributeName: 'nr', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'nr', KeyType: 'RANGE' },
          { AttributeName: 'owner', KeyType: 'HASH' },
        ],
      }),
    );
    const big = { S: 'x'.repeat(380_000) };
    await dynamodb.send(new PutItemCommand({ TableName: 'keyed', Item: { big, ...key('ann', '1') } }));
    await dynamodb.send(new GetItemCommand({ TableName: 'keyed', Key: key('/a/name/like/this', '1'), ConsistentRead: true }));
    await dynamodb.send(new BatchGetItemCommand({ RequestItems: { keyed: { Keys: [key('ann', '1'), key('bob', '2'), key('ann', '3')] } } }));
    await dynamodb.send(
      new BatchWriteItemCommand({
        RequestItems: { keyed: [{ PutRequest: { Item: key('cid', '1') } }, { DeleteRequest: { Key: key('dan', '1') } }] },
      }),
    );
    const check = { TableName: 'keyed', Key: key('fay', '1'), ConditionExpression: 'attribute_not_exists(nr)' };
    await dynamodb.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'keyed', Item: key('eve', '1') } }, { ConditionCheck: check }] }),
    );
    const transaction = await eventually(async () => bed.controlPlane.requests.find(({ action }) => action === 'dynamodb:TransactWriteItems'));
    const resource = 'arn:aws:dynamodb:us-east-1:000000000000:table/keyed';
    expect(transaction.permissions).toEqual([
      { action: 'dynamodb:PutItem', resource },
      { action: 'dynamodb:ConditionCheckItem', resource },
    ]);
    const keysOf = (action: string) =>
      eventually(async () => bed.controlPlane.requests.find((request) => request.action === action && request.leadingKeys[0] !== 'x')?.leadingKeys);
    expect(await keysOf('dynamodb:TransactWriteItems')).toEqual(['eve', 'fay']);
    expect(await keysOf('dynamodb:PutItem')).toEqual(['ann']);
    expect(await keysOf('dynamodb:GetItem')).toEqual(['/a/name/like/this']);
    expect(await keysOf('dynamodb:BatchGetItem')).toEqual(['ann', 'bob']);
    expect(await keysOf('dynamodb:BatchWriteItem')).toEqual(['cid', 'dan']);
  });
});
