/** The gate on every Python that is installed here, each with the client that the local bed runs on it. */
import { ensureRuntimes, supportedRuntimes } from '../../../../local/sandbox/runtimes';
import { Stage } from '../../support/stage';

const MINUTES = 60_000;
const APP = 'import sys\ndef handler(event, context):\n    return {"event": event, "python": "python%d.%d" % sys.version_info[:2]}\n';

let stage: Stage;
let runtimes: string[];

beforeAll(async () => {
  await ensureRuntimes();
  runtimes = (await supportedRuntimes()).filter(({ runtime, missing }) => runtime.startsWith('python') && !missing).map(({ runtime }) => runtime);
  stage = await Stage.open();
}, 5 * MINUTES);

afterAll(() => stage.close());
beforeEach(() => stage.reset());
afterEach(() => stage.closeEnvironments());

test(
  'an event is run, kept and replayed on each',
  async () => {
    expect(runtimes).not.toEqual([]);
    for (const runtime of runtimes) {
      stage.window('auto');
      const environment = await stage.start({ runtime, code: { 'app.py': APP } });
      expect(await environment.reply({ n: 1 })).toEqual({ event: { n: 1 }, python: runtime });
      await stage.windowSeen('on');
      expect(await environment.reply({ n: 2 }, { requestId: runtime })).toMatchObject({ maintenanceWindow: { status: 'DEFERRED' } });
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim(runtime))).toEqual({ maintenanceReplay: { status: 'DONE', requestId: runtime } });
    }
    expect((await stage.rows()).map((row) => row.state.S)).toEqual(runtimes.map(() => 'DONE'));
  },
  3 * MINUTES,
);
