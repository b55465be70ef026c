/** What tracing layers hold, beside the gate: at work outside windows and in replays, and without a word about what is held. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { DEFERRED, MINUTES, useStage } from '../support/gate';
import type { Stage } from '../support/stage';
import type { TestEnvironment } from '../support/test-environment';
import { ADOT } from '../support/tracing/adot';
import { Collector } from '../support/tracing/collector';
import { DATADOG } from '../support/tracing/datadog';
import { SENTRY } from '../support/tracing/sentry';
import { copy } from '../support/tracing/vendor';

/** Longer than a report takes on a busy machine. */
const REPORTED_WITHIN_MS = 10_000;
const POLL_MS = 50;

/** Its requests to the Runtime API, and events that it held. */
const OF_THE_GATE = /2018-06-01|held-/;

const ATTACHMENTS = [ADOT, DATADOG, SENTRY].flatMap(({ name, attachments }) =>
  attachments.map((attachment) => ({ name: `${name} in ${attachment.language.name}`, attachment })),
);

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(ATTACHMENTS)('$name', ({ attachment }) => {
  const { language, handler, header } = attachment;
  let layer: string;
  let collector: Collector;

  beforeAll(async () => {
    layer = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'tracing-'));
    await copy(stage.layer, layer);
    await attachment.lay(layer);
  }, 5 * MINUTES);
  afterAll(() => fs.promises.rm(layer, { recursive: true, force: true }));
  beforeEach(async () => {
    collector = await Collector.open();
  });
  afterEach(async () => {
    await stage.closeEnvironments();
    await collector.close();
  });

  describe.each(attachment.forms)('a handler in $name', ({ code, variables }) => {
    const start = () =>
      stage.start({
        ...language.newest,
        layer,
        code,
        handler,
        variables: { ...attachment.variables(collector), ...variables, DOWNSTREAM: collector.downstream },
      });
    /** The handler's answer to an event, with the tool's header in the call that it made. */
    const traced = (event: object) => ({ event, sent: { [header]: expect.any(String) as string } });

    /** Which invocations the tool has reported, once there are as many as expected. */
    const reported = async (environment: TestEnvironment, expected: readonly string[]) => {
      const found = () => attachment.reports(collector, environment.output).flatMap((report) => attachment.invocation.exec(report)?.slice(1) ?? []);
      for (let waited = 0; waited < REPORTED_WITHIN_MS && found().length < expected.length; waited += POLL_MS) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      expect(found()).toEqual(expected);
    };

    test(
      'is traced when no window is on',
      async () => {
        const environment = await start();
        expect(await environment.reply({ n: 1 }, { requestId: 'cold' })).toMatchObject({ ...traced({ n: 1 }), request: 'cold' });
        expect(await environment.reply({ n: 2 }, { requestId: 'warm' })).toMatchObject({ ...traced({ n: 2 }), request: 'warm' });
        await reported(environment, ['cold', 'warm']);
      },
      MINUTES,
    );

    test(
      'is neither loaded nor reported while a window is on, and traced when it is over and in replays',
      async () => {
        stage.window('on');
        const environment = await start();
        const hold = async (event: object, requestId: string) => {
          expect(await environment.reply(event, { requestId })).toMatchObject(DEFERRED);
          expect((await stage.row(requestId))!.state.S).toBe('PENDING');
        };
        const replay = async (event: object, heldId: string, requestId: string) => {
          expect(await environment.reply(await stage.claim(heldId), { requestId })).toMatchObject(traced(event));
          expect((await stage.row(heldId))!.state.S).toBe('DONE');
        };

        await hold({ n: 1 }, 'held-at-boot');
        expect(environment.output).not.toContain('LOADED');
        await stage.windowSeen('auto');
        await replay({ n: 1 }, 'held-at-boot', 'first');
        expect(await environment.reply({ n: 2 }, { requestId: 'second' })).toMatchObject({ ...traced({ n: 2 }), request: 'second' });
        await stage.windowSeen('on');
        await hold({ n: 3 }, 'held-when-warm');
        await stage.windowSeen('auto');
        await replay({ n: 3 }, 'held-when-warm', 'third');

        expect(environment.output.match(/LOADED/g)).toHaveLength(1);
        await reported(environment, ['first', 'second', 'third']);
        expect(attachment.reports(collector, environment.output).join()).not.toMatch(OF_THE_GATE);
      },
      MINUTES,
    );
  });
});
