/** Inside a window the handler is not called: events are kept or answered, by every client. */
import { createHash } from 'node:crypto';

import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { RELEASES } from '../support/languages';
import type { Stage } from '../support/stage';

/** Keys twice, numbers that no language has, half a surrogate pair: what JSON that is parsed and written again loses. */
const S3 = Buffer.from('{"Records":[{"eventSource":"aws:s3","n":1.10,"n":12345678901234567890,"t":"ä\\ud800","s3":{"object":{"sequencer":"0A"}}}]}');

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(RELEASES)('$name', ({ language, release }) => {
  test(
    'inside a window events are kept, and replayed byte for byte afterwards',
    async () => {
      stage.window('on # database upgrade');
      const environment = await stage.start({ ...release, code: code(language, 'echoes') });
      expect(await environment.reply(S3, { requestId: 'r-1' })).toEqual({ maintenanceWindow: { status: 'DEFERRED', requestId: 'r-1', until: null } });
      const kept = await stage.row('r-1');
      expect([Buffer.from(kept!.body.B!).equals(S3), kept!.bodySha256.S, kept!.state.S, kept!.source.S]).toEqual([
        true,
        createHash('sha256').update(S3).digest('hex'),
        'PENDING',
        's3',
      ]);
      await stage.windowSeen('auto');
      const pointer = await stage.claim('r-1');
      expect(await environment.reply(pointer)).toMatchObject({ attempt: 1 }); // the handler's own result
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, 'bpk' in row!, 'expiresAt' in row!]).toEqual(['DONE', '1', false, true]);
      expect(await environment.reply(pointer)).toEqual({ maintenanceReplay: { status: 'REFUSED', requestId: 'r-1' } });
    },
    MINUTES,
  );

  test(
    'sources are answered in their own shape',
    async () => {
      stage.window('on-until 2099-01-01T00:00Z # db');
      const environment = await stage.start({ ...release, code: code(language, 'runs') });
      const cognito = Buffer.from('{"triggerSource":"PostConfirmation_ConfirmSignUp",\t"userPoolId":"p", "n":1.10, "n":2}');
      const answer = await environment.invoke(cognito);
      expect('outcome' in answer && answer.outcome.payload.equals(cognito)).toBe(true);
      expect(await environment.reply({ version: '2.0', requestContext: { http: { method: 'GET' } } })).toMatchObject({
        statusCode: 503,
        headers: { 'Retry-After': '3600' },
      });
      expect(await environment.error({ Records: [{ eventSource: 'aws:kinesis', kinesis: { sequenceNumber: '1' } }] })).toMatchObject({
        errorType: 'MaintenanceWindowActive',
        errorMessage:
          'A maintenance window is on until 2099-01-01T00:00:00.000Z (db): the handler was not called and the event was left at its source.',
      });
      expect((await stage.rows()).map((row) => row.source.S)).toEqual(['cognito-post-confirmation']);
    },
    MINUTES,
  );

  test(
    'what streams its responses gets status and headers as metadata of a stream, and what does not, as ever',
    async () => {
      stage.window('on # db');
      const streams = (variables: Record<string, string>) => stage.start({ ...release, code: code(language, 'runs'), variables });
      const environment = await streams({ streaming: '{"function-url":["live"]}', rejection: '{"statusCode":429,"body":"gleich über {reason}"}' });
      const request = { version: '2.0', requestContext: { http: { method: 'GET' }, domainName: 'id.lambda-url.us-east-1.on.aws' } };
      const answer = await environment.invoke(request, { requestId: 'r-1' });
      const metadata = '{"statusCode":429,"headers":{"Content-Type":"application/json","Cache-Control":"no-store","Retry-After":"300"}}';
      expect('outcome' in answer && { ...answer.outcome, payload: answer.outcome.payload.toString() }).toEqual({
        payload: `${metadata}\0\0\0\0\0\0\0\0gleich über db`,
        contentType: 'application/vnd.awslambda.http-integration-response',
        streamed: true,
      });
      expect(await environment.reply({ ...request, requestContext: { http: { method: 'GET' } } })).toMatchObject({ statusCode: 429 });
      const other = await streams({ streaming: '{"function-url":["$LATEST"]}' });
      expect(await other.reply(request)).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '300' } });
      await stage.windowSeen('auto');
      expect(await environment.reply(request)).toEqual(RAN);
    },
    MINUTES,
  );

  test(
    'a body that is not JSON is kept, and fails in its replay as it would have failed',
    async () => {
      const body = Buffer.from('{no json');
      stage.window('on');
      const environment = await stage.start({ ...release, code: code(language, 'runs') });
      expect(await environment.reply(body, { requestId: 'r-1' })).toMatchObject(DEFERRED);
      expect(Buffer.from((await stage.row('r-1'))!.body.B!).equals(body)).toBe(true);
      await stage.windowSeen('auto');
      const pointer = await stage.claim('r-1');
      const errorType = language.notJson(release.client);
      if (errorType === undefined) {
        expect(await environment.exit(pointer)).toMatchObject({ reason: 'exit', code: 1 });
        expect((await stage.row('r-1'))!.state.S).toBe('RUNNING');
      } else {
        expect(await environment.reply(pointer)).toMatchObject({ maintenanceReplay: { status: 'FAILED' } });
        expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe(errorType);
      }
    },
    MINUTES,
  );
});
