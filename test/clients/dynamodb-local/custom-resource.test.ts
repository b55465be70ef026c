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

describe.each(LANGUAGES)('$name', (language) => {
  test(
    'a custom resource is answered while its handler is held, unless another function answers it',
    async () => {
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
        const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
        stage.window('on');
        const environment = await stage.start({
          ...language.newest,
          code: code(language, 'runs'),
          variables: { AWS_ENDPOINT_URL_S3: endpoint },
        });
        const request = {
          RequestType: 'Create',
          ResponseURL: `${endpoint}/answer?signature=a%2Fb`,
          StackId: 's',
          RequestId: 'r',
          LogicalResourceId: 'l',
          ResourceProperties: {},
        };
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
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
    MINUTES,
  );
});
