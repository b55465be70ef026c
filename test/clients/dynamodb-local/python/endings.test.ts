/** Handlers that throw, exit, eat all memory or never return, with the newest of AWS's Python clients. */
import { Stage } from '../../support/stage';
import { ensureClients, NEWEST, RUNTIME } from './support';

const MINUTES = 60_000;

const APP = `
import os, sys, time

def handler(event, context):
    kind = event["kind"]
    if kind == "sys.exit":
        sys.exit(3)
    if kind == "os._exit":
        os._exit(4)
    if kind == "interrupt":
        raise KeyboardInterrupt()
    if kind == "memory":
        grown = []
        while True:
            grown.append(bytearray(b"x" * 4_000_000))
    if kind == "hang":
        time.sleep(3600)
    return kind
`;

const ENDINGS = [
  { kind: 'sys.exit', code: 3 },
  { kind: 'os._exit', code: 4 },
  { kind: 'interrupt', code: 130 },
] as const;

let stage: Stage;

beforeAll(async () => {
  [stage] = await Promise.all([Stage.open(), ensureClients([NEWEST])]);
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

const start = (variables = {}, memorySize = 512) => stage.start({ runtime: RUNTIME, client: NEWEST, code: { 'app.py': APP }, variables, memorySize });

test.each(ENDINGS)(
  '$kind ends the process as without the gate',
  async ({ kind }) => {
    const environments = await Promise.all([start(), stage.start({ runtime: RUNTIME, client: NEWEST, code: { 'app.py': APP }, layer: undefined })]);
    const [gated, bare] = await Promise.all(environments.map((environment) => environment.exit({ kind })));
    expect(gated).toEqual(bare);
  },
  MINUTES,
);

test.each(ENDINGS)(
  'a replay that ends by $kind leaves its lease to lapse, and does not start again',
  async ({ kind }) => {
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
    const environment = await start({}, 256);
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
    expect(await environment.invoke(await stage.claim('r-1'), { timeout: 3_000 })).toMatchObject({ late: true });
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
    for (const kind of ['sys.exit', 'os._exit', 'memory', 'hang']) {
      expect(await environment.reply({ kind }, { requestId: kind })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
    }
    expect((await stage.rows()).map((row) => row.state.S)).toEqual(['PENDING', 'PENDING', 'PENDING', 'PENDING']);
  },
  MINUTES,
);

async function keep(event: object): Promise<void> {
  stage.window('on');
  await (await start()).reply(event, { requestId: 'r-1' });
  stage.window('auto');
}
