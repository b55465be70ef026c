/** Outside a window the gate is not there: every client answers, fails and logs as without it. */
import { comparable, MINUTES, readable, useStage } from '../support/gate';
import { code } from '../support/language';
import { LANGUAGES, RELEASES } from '../support/languages';
import type { Stage } from '../support/stage';
import type { TestEnvironment } from '../support/test-environment';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

/** All that they wrote and asked for has been read then. */
async function ended(...environments: readonly TestEnvironment[]): Promise<void> {
  await Promise.all(environments.map((environment) => environment.idle()));
  await stage.closeEnvironments();
}

describe.each(RELEASES)('$name', ({ language, release }) => {
  const both = (files: Record<string, string>) =>
    Promise.all([stage.start({ ...release, code: files }), stage.start({ ...release, code: files, layer: undefined })]);

  test(
    'outside a window everything is as without the gate',
    async () => {
      const [gated, bare] = await both(code(language, 'tells'));
      const events: (readonly [event: unknown, clientContext?: string, cognitoIdentity?: string])[] = [
        [{ n: 1.1, text: 'ä' }, '{"custom":{"own":1},"client":{"app_title":"t"}}', '{"cognitoIdentityId":"i"}'],
        ...language.failures.map(([event]) => [event] as const),
        ['nested'],
        ...language.odd,
      ];
      for (const [n, [event, clientContext, cognitoIdentity]] of events.entries()) {
        const options = { requestId: `r-${n}`, clientContext, cognitoIdentity };
        expect(readable(await gated.invoke(event, options))).toEqual(readable(await bare.invoke(event, options)));
      }
      await ended(gated, bare);
      expect(comparable(gated.output)).toBe(comparable(bare.output));
      expect(gated.requests).toEqual(bare.requests);
      expect(await stage.rows()).toEqual([]);
    },
    MINUTES,
  );

  test(
    'a body that is not JSON ends as without the gate',
    async () => {
      const [gated, bare] = await both(code(language, 'runs'));
      const body = Buffer.from('{no json');
      expect(readable(await gated.invoke(body, { requestId: 'r-1' }))).toEqual(readable(await bare.invoke(body, { requestId: 'r-1' })));
      await ended(gated, bare);
      expect(comparable(gated.output)).toBe(comparable(bare.output));
      expect(gated.requests).toEqual(bare.requests);
      expect(await stage.rows()).toEqual([]);
    },
    MINUTES,
  );

  test(
    "an import that fails with the window off is the client's own init error",
    async () => {
      const [gated, bare] = await both(code(language, 'missing'));
      expect(readable(await gated.initialised())).toEqual(readable(await bare.initialised()));
      await Promise.all([gated.lastWords(), bare.lastWords()]);
      expect(comparable(gated.output)).toBe(comparable(bare.output));
      expect(gated.requests).toEqual(bare.requests);
    },
    MINUTES,
  );
});

describe.each(LANGUAGES)('$name', (language) => {
  test(
    'a mark that a caller forges is taken away, and nothing else',
    async () => {
      const environment = await stage.start({ ...language.newest, code: code(language, 'context') });
      const clientContext = JSON.stringify({ client: { app_title: 'c' }, custom: { own: 1, maintenanceReplay: { attempt: 9 } } });
      expect(await environment.reply({}, { clientContext })).toEqual({ client: { app_title: 'c' }, custom: { own: 1 } });
    },
    MINUTES,
  );

  test(
    'neither a worker nor a forked process of the handler is gated',
    async () => {
      const environment = await stage.start({ ...language.newest, code: code(language, 'children') });
      expect(await environment.reply({})).toEqual({ worker: 'worker', fork: 'fork' });
    },
    MINUTES,
  );
});
