/** A function whose only way out is a proxy: HTTPS_PROXY, to services that it could not even find by name. */
import { certificateFor, LoopbackProxy, TlsFront } from '../../loopback-proxy';
import { DEFERRED, MINUTES, RAN, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

const SSM = 'ssm.corp.invalid';
const DYNAMODB = 'dynamodb.corp.invalid';
const SECRET = 'se%20cret';
const BASIC = `Basic ${Buffer.from('user:se cret').toString('base64')}`;
const certificate = certificateFor(SSM, DYNAMODB);

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

let fronts: TlsFront[];
let proxy: LoopbackProxy;
const portOf = (url: string) => Number(new URL(url).port);

beforeEach(async () => {
  fronts = await Promise.all([stage.parameters.endpoint, stage.dynamoDb.endpoint].map((url) => TlsFront.listen(certificate, portOf(url))));
  proxy = await LoopbackProxy.listen({ [SSM]: fronts[0].port, [DYNAMODB]: fronts[1].port });
});
afterEach(() => Promise.all([proxy, ...fronts].map((server) => server.close())));

describe.each(LANGUAGES)('$name', (language) => {
  const start = (variables: Record<string, string> = {}) =>
    stage.start({
      ...language.newest,
      code: { ...code(language, 'runs'), 'ca.pem': certificate.cert },
      ssm: `https://${SSM}`,
      dynamoDb: `https://${DYNAMODB}`,
      variables: {
        HTTPS_PROXY: `http://user:${SECRET}@127.0.0.1:${proxy.port}`,
        HTTP_PROXY: 'http://127.0.0.1:9', // nothing on this machine is asked for through it
        AWS_CA_BUNDLE: '/var/task/ca.pem',
        NODE_EXTRA_CA_CERTS: '/var/task/ca.pem',
        ...variables,
      },
    });

  test(
    'the window is read, events are kept and replayed through it, over kept tunnels',
    async () => {
      stage.window('on');
      const environment = await start();
      expect(await environment.reply({ n: 1 }, { requestId: 'r-1' })).toMatchObject(DEFERRED);
      expect(await environment.reply({ n: 2 }, { requestId: 'r-2' })).toMatchObject(DEFERRED);
      expect((await stage.row('r-1'))!.state.S).toBe('PENDING');
      await stage.windowSeen('auto');
      expect(await environment.reply({})).toEqual(RAN);
      expect(await environment.reply(await stage.claim('r-1'))).toEqual(RAN);
      expect((await stage.row('r-1'))!.state.S).toBe('DONE');
      expect(new Set(proxy.asked.map(({ method, target }) => `${method} ${target}`))).toEqual(
        new Set([`CONNECT ${SSM}:443`, `CONNECT ${DYNAMODB}:443`]),
      );
      expect(new Set(proxy.asked.map(({ authorization }) => authorization))).toEqual(new Set([BASIC]));
    },
    MINUTES,
  );

  test(
    'a proxy that refuses is named where the window cannot be read, and its password is not',
    async () => {
      proxy.fault = 403;
      const environment = await start({ onWindowUnknown: 'FAIL' });
      const { errorType, errorMessage } = await environment.error({});
      expect(errorType).toBe('MaintenanceWindowUnknown');
      expect(errorMessage).toContain(`${SSM} through the proxy 127.0.0.1:${proxy.port} of HTTPS_PROXY: `);
      expect(errorMessage).toContain(`the proxy answered 403 to CONNECT ${SSM}:443: allow it there`);
      expect(`${environment.output}${errorMessage}`).not.toMatch(/se%20cret|se cret|dXNlcjpzZSBjcmV0/);
    },
    MINUTES,
  );

  test(
    'a variable that names no proxy is never passed over in silence',
    async () => {
      const environment = await start({ HTTPS_PROXY: `socks5://user:${SECRET}@127.0.0.1:${proxy.port}` });
      expect(await environment.reply({})).toEqual(RAN);
      expect(environment.output).toContain("ProxyError: HTTPS_PROXY names a proxy of the scheme 'socks5', where http and https are known");
      expect(environment.output).toMatch(/"WindowStale": ?1/);
      expect(environment.output).not.toContain(SECRET);
    },
    MINUTES,
  );
});
