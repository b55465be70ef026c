/** Handlers that exit, eat all memory or never return. */
import { comparable, DEFERRED, MINUTES, useStage } from '../support/gate';
import { code } from '../support/language';
import { ENDING, EXITING } from '../support/languages';
import type { Stage } from '../support/stage';

/** Of the invocation that never returns; a warm environment has begun its replay long before. */
const TIME_LIMIT_MS = 6000;

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

describe.each(EXITING)('$name', ({ language, release }) => {
  test.each(language.exits)(
    '%s ends the process as without the gate',
    async (kind) => {
      const start = (more = {}) => stage.start({ ...release, code: code(language, 'ends'), ...more });
      const [gated, bare] = await Promise.all([start(), start({ layer: undefined })]);
      expect(await gated.exit({ kind }, { requestId: 'r-1' })).toEqual(await bare.exit({ kind }, { requestId: 'r-1' }));
      expect(comparable(gated.output)).toBe(comparable(bare.output));
      expect(gated.requests).toEqual(bare.requests);
    },
    MINUTES,
  );
});

describe.each(ENDING)('$name', ({ language, release }) => {
  const start = (more = {}) => stage.start({ ...release, code: code(language, 'ends'), ...more });

  const keep = async (event: object) => {
    stage.window('on');
    await (await start()).reply(event, { requestId: 'r-1' });
    stage.window('auto');
  };

  test.each(language.exits)(
    'a replay that ends by %s leaves its lease to lapse, and does not start again',
    async (kind) => {
      await keep({ kind });
      const environment = await start();
      const pointer = await stage.claim('r-1');
      expect(await environment.exit(pointer, { requestId: 'p-1' })).toMatchObject({ reason: 'exit' });
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.attempt.N, row!.bpk.S]).toEqual(['RUNNING', '1', 'active#10']);
      expect(Number(row!.lease.N)).toBeGreaterThan(Date.now());
      expect(await (await start()).reply(pointer, { requestId: 'p-1' })).toEqual({ maintenanceReplay: { status: 'REFUSED', requestId: 'r-1' } });
    },
    MINUTES,
  );

  test(
    'a replay that eats all memory leaves its lease to lapse',
    async () => {
      await keep({ kind: 'memory' });
      const environment = await start({ memorySize: 256 });
      expect(await environment.exit(await stage.claim('r-1'))).toMatchObject({ reason: 'out-of-memory' });
      expect((await stage.row('r-1'))!.state.S).toBe('RUNNING');
    },
    MINUTES,
  );

  test(
    'a replay that never returns has a lease that outlives its time limit',
    async () => {
      await keep({ kind: 'hang' });
      const environment = await start();
      await environment.reply({ kind: 'none' });
      const before = Date.now();
      expect(await environment.invoke(await stage.claim('r-1'), { timeout: TIME_LIMIT_MS })).toMatchObject({ late: true });
      const row = await stage.row('r-1');
      expect(row!.state.S).toBe('RUNNING');
      expect(Number(row!.lease.N)).toBeGreaterThanOrEqual(before + TIME_LIMIT_MS + 30_000);
    },
    MINUTES,
  );

  test(
    'a handler that would end the process is not called while the window is on',
    async () => {
      stage.window('on');
      const environment = await start();
      const kinds = [...language.exits, ...language.deadly];
      for (const kind of kinds) {
        expect(await environment.reply({ kind }, { requestId: kind })).toMatchObject(DEFERRED);
      }
      expect((await stage.rows()).map((row) => row.state.S)).toEqual(kinds.map(() => 'PENDING'));
    },
    MINUTES,
  );
});
