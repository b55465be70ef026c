/** Handlers that throw, exit, eat all memory or never return, with AWS's Node.js clients. */
import type { Stage } from '../../support/stage';
import { MINUTES, openStage, RUNTIMES } from './support';

const APP = `
exports.handler = async ({ kind }) => {
  if (kind === 'exit') process.exit(3);
  if (kind === 'reject') setTimeout(() => Promise.reject(new Error('nobody')), 1);
  if (kind === 'memory') for (const grown = []; ;) grown.push(Buffer.alloc(4_000_000, 'x'));
  if (kind === 'hang') await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  if (kind === 'reject') await new Promise((resolve) => setTimeout(resolve, 3_600_000));
  return kind;
};
`;
const code = { 'app.js': APP };

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

describe.each(RUNTIMES.filter(({ runtime }) => runtime !== 'nodejs20.x'))('$runtime with client $client', ({ runtime, client }) => {
  const start = (memorySize = 512, more = {}) => stage.start({ runtime, client, code, memorySize, ...more });

  const keep = async (event: object) => {
    stage.window('on');
    await (await start()).reply(event, { requestId: 'r-1' });
    stage.window('auto');
  };

  test(
    'process.exit ends the process as without the gate',
    async () => {
      const [gated, bare] = await Promise.all([start(), start(512, { layer: undefined })]);
      expect(await gated.exit({ kind: 'exit' })).toEqual(await bare.exit({ kind: 'exit' }));
    },
    MINUTES,
  );

  test(
    'a replay that exits leaves its lease to lapse, and does not start again',
    async () => {
      await keep({ kind: 'exit' });
      const environment = await start();
      const pointer = await stage.claim('r-1');
      expect(await environment.exit(pointer, { requestId: 'p-1' })).toMatchObject({ reason: 'exit', code: 3 });
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
      const environment = await start(256);
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
      const before = Date.now();
      expect(await environment.invoke(await stage.claim('r-1'), { timeout: 3000 })).toMatchObject({ late: true });
      const row = await stage.row('r-1');
      expect(row!.state.S).toBe('RUNNING');
      expect(Number(row!.lease.N)).toBeGreaterThanOrEqual(before + 33_000);
    },
    MINUTES,
  );

  test(
    'a handler that would end the process is not called while the window is on',
    async () => {
      stage.window('on');
      const environment = await start();
      for (const kind of ['exit', 'reject', 'memory', 'hang']) {
        expect(await environment.reply({ kind }, { requestId: kind })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
      }
      expect((await stage.rows()).map((row) => row.state.S)).toEqual(['PENDING', 'PENDING', 'PENDING', 'PENDING']);
    },
    MINUTES,
  );
});
