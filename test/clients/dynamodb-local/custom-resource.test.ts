/** A custom resource whose function is held is answered at once: CloudFormation would wait for an hour. */
import { createServer } from 'node:http';

import { MINUTES, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';
import { FUNCTION_ARN } from '../support/test-environment';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

/** Takes answers, at an address that functions may answer over plain http. */
async function answering(use: (endpoint: string, received: { body: string; contentType?: string }[]) => Promise<void>): Promise<void> {
  const received: { body: string; contentType?: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      received.push({ body, contentType: request.headers['content-type'] });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as { port: number }).port}`, received);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const requestTo = (endpoint: string) => ({
  RequestType: 'Create',
  ResponseURL: `${endpoint}/answer?signature=a%2Fb`,
  StackId: 's',
  RequestId: 'r',
  LogicalResourceId: 'l',
  ResourceProperties: {},
});

describe.each(LANGUAGES)('$name', (language) => {
  test(
    'a custom resource is answered while its handler is held, unless another function answers it',
    () =>
      answering(async (endpoint, received) => {
        stage.window('on');
        const environment = await stage.start({ ...language.newest, code: code(language, 'runs'), variables: { AWS_ENDPOINT_URL_S3: endpoint } });
        const request = requestTo(endpoint);
        expect(await environment.reply(request)).toEqual({});
        expect(received.map(({ contentType }) => contentType)).toEqual(['']);
        expect(JSON.parse(received[0].body)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'CdkPatientLambda::CreateFailed', StackId: 's' });
        expect(await environment.error({ ...request, ResponseURL: 'http://10.0.0.1/x' })).toMatchObject({ errorType: 'MaintenanceWindowActive' });
        // Handed on by a framework, which answers: a second answer would contradict it
        const handedOn = { ...request, ResourceProperties: { ServiceToken: FUNCTION_ARN.replace(':fn:live', ':framework') } };
        for (const RequestType of ['Create', 'Update', 'Delete']) {
          expect(await environment.error({ ...handedOn, RequestType })).toMatchObject({ errorType: 'MaintenanceWindowActive' });
        }
        expect(received).toHaveLength(1);
        expect(await environment.reply({ ...request, ResourceProperties: { ServiceToken: FUNCTION_ARN } })).toEqual({});
        expect(received).toHaveLength(2);
        expect(await stage.rows()).toEqual([]);
      }),
    MINUTES,
  );

  test(
    'after a window the Delete of what it kept from being made succeeds without the handler, cold and warm',
    () =>
      answering(async (endpoint, received) => {
        const environment = await stage.start({ ...language.newest, code: code(language, 'runs'), variables: { AWS_ENDPOINT_URL_S3: endpoint } });
        const request = { ...requestTo(endpoint), RequestType: 'Delete', PhysicalResourceId: 'CdkPatientLambda::CreateFailed' };
        for (const times of [1, 2]) {
          expect(await environment.reply(request)).toEqual({});
          expect(received).toHaveLength(times);
          expect(JSON.parse(received[times - 1].body)).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'CdkPatientLambda::CreateFailed' });
        }
        const { ResponseURL } = request;
        expect(await environment.reply({ ...request, PhysicalResourceId: 'own-1' })).not.toEqual({});
        expect(await environment.error({ ...request, ResponseURL: ResponseURL.replace(endpoint, 'http://10.0.0.1') })).toMatchObject({
          errorType: 'RequestNotAnswered',
        });
        expect(received).toHaveLength(2);
      }),
    MINUTES,
  );
});
