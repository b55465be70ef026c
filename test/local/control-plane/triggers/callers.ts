/** Rows of the trigger table whose functions are asked for by a caller, who in most cases waits for the result. */
import * as http from 'node:http';

import { CreateFunctionUrlConfigCommand, InvokeCommand } from '@aws-sdk/client-lambda';

import { botocore, type Harness } from '../harness';
import { from, type Row } from './row';

export const callers: Readonly<Record<string, Row>> = {
  'invoke': async ({ bed, fn }) => {
    const raw = '{ "spaced" :  1.50, "text": "\\u00e9" }';
    bed.recorder.answer = () => ({ body: '{"kept" :1.0}', headers: { 'x-amz-executed-version': '1', 'x-amz-log-result': 'bG9n' } });
    const answer = await bed.lambda.send(
      new InvokeCommand({
        FunctionName: fn,
        Qualifier: 'live',
        Payload: Buffer.from(raw),
        LogType: 'Tail',
        ClientContext: Buffer.from('{"custom":{}}').toString('base64'),
      }),
    );
    const handed = await bed.recorder.next(from('invoke'));
    expect(handed.body.toString()).toBe(raw);
    expect(handed).toMatchObject({ mode: 'RequestResponse', function: fn, qualifier: 'live' });
    expect(handed.headers).toMatchObject({ 'x-amz-log-type': 'Tail', 'x-amz-client-context': 'eyJjdXN0b20iOnt9fQ==' });
    expect(Buffer.from(answer.Payload!).toString()).toBe('{"kept" :1.0}');
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '1', LogResult: 'bG9n' });
    return handed;
  },
  'function-url': async ({ bed, live }) => {
    const { FunctionUrl } = await bed.lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: 'listener', Qualifier: 'live', AuthType: 'NONE' }),
    );
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 418, body: 'short and stout' }) });
    const answer = await httpCall(bed, new URL(FunctionUrl!).host, '/tea?milk=no', 'leaves');
    expect(answer).toEqual({ status: 418, body: 'short and stout' });
    const handed = await bed.recorder.next(from('function-url'));
    expect(handed.event).toMatchObject({ version: '2.0', rawPath: '/tea', rawQueryString: 'milk=no' });
    expect(handed.function).toBe(live);
    return handed;
  },
  'apigateway-rest': async ({ bed, live }) => {
    const { id } = await botocore(bed, 'apigateway', 'create_rest_api', { name: 'rest' });
    const {
      items: [{ id: root }],
    } = await botocore(bed, 'apigateway', 'get_resources', { restApiId: id });
    await botocore(bed, 'apigateway', 'put_method', { restApiId: id, resourceId: root, httpMethod: 'GET', authorizationType: 'NONE' });
    await botocore(bed, 'apigateway', 'put_integration', {
      restApiId: id,
      resourceId: root,
      httpMethod: 'GET',
      type: 'AWS_PROXY',
      integrationHttpMethod: 'POST',
      uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${live}/invocations`,
    });
    await botocore(bed, 'apigateway', 'create_deployment', { restApiId: id, stageName: 'prod' });
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 201, body: 'made' }) });
    const answer = await httpCall(bed, `${id}.execute-api.${new URL(bed.controlPlane.url).host}`, '/prod/');
    expect(answer).toEqual({ status: 201, body: 'made' });
    const handed = await bed.recorder.next(from('apigateway-rest'));
    expect(handed.event).toMatchObject({ httpMethod: 'GET', path: '/', requestContext: { apiId: id } });
    expect(handed.function).toBe(live);
    return handed;
  },
  'apigateway-http': async ({ bed, fn }) => {
    const { ApiId } = await botocore(bed, 'apigatewayv2', 'create_api', { Name: 'http', ProtocolType: 'HTTP' });
    const { IntegrationId } = await botocore(bed, 'apigatewayv2', 'create_integration', {
      ApiId,
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
      IntegrationUri: fn,
    });
    await botocore(bed, 'apigatewayv2', 'create_route', { ApiId, RouteKey: 'GET /', Target: `integrations/${IntegrationId}` });
    await botocore(bed, 'apigatewayv2', 'create_stage', { ApiId, StageName: '$default', AutoDeploy: true });
    bed.recorder.answer = () => ({ body: JSON.stringify({ statusCode: 200, body: 'hello' }) });
    const answer = await httpCall(bed, `${ApiId}.execute-api.${new URL(bed.controlPlane.url).host}`, '/');
    expect(answer).toEqual({ status: 200, body: 'hello' });
    const handed = await bed.recorder.next(from('apigateway-http'));
    expect(handed.event).toMatchObject({ version: '2.0', rawPath: '/' });
    return handed;
  },
  'stepfunctions': async ({ bed, live }) => {
    const { stateMachineArn } = await botocore(bed, 'stepfunctions', 'create_state_machine', {
      name: 'machine',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: JSON.stringify({ StartAt: 'Task', States: { Task: { Type: 'Task', Resource: live, End: true } } }),
    });
    bed.recorder.answer = () => ({ body: '{"done":true}' });
    await botocore(bed, 'stepfunctions', 'start_execution', { stateMachineArn, input: '{"order":7}' });
    const handed = await bed.recorder.next(from('stepfunctions'));
    expect(handed.event).toEqual({ order: 7 });
    expect(handed.function).toBe(live);
    return handed;
  },
  'cloudformation': async ({ bed, live }) => {
    await bed.createStack('Row', {
      Resources: { Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: live, ServiceTimeout: 300, Count: 3, On: true } } },
    });
    const handed = await bed.recorder.next(from('cloudformation'));
    expect(handed.event).toEqual({
      RequestType: 'Create',
      ServiceToken: live,
      ResponseURL: expect.stringContaining(bed.controlPlane.url),
      StackId: expect.stringContaining(':stack/Row/'),
      RequestId: expect.any(String),
      LogicalResourceId: 'Thing',
      ResourceType: 'Custom::Thing',
      ResourceProperties: { ServiceToken: live, ServiceTimeout: '300', Count: '3', On: 'true' },
    });
    expect(handed.function).toBe(live);
    const { StackId, RequestId, LogicalResourceId, ResponseURL } = handed.event;
    const answer = { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'thing-1' };
    expect((await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(answer) })).status).toBe(200);
    expect((await bed.settled('Row')).StackStatus).toBe('CREATE_COMPLETE');
    return handed;
  },
};

/** A request to the bed's address under another host name. */
function httpCall(bed: Harness, host: string | undefined, path: string, body?: string): Promise<{ status: number; body: string }> {
  const url = new URL(bed.controlPlane.url);
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: url.hostname, port: url.port, path, method: body ? 'POST' : 'GET', headers: host ? { host } : {} },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, body: text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
