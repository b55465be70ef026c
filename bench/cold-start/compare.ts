/** Cold starts under a window that is off, beside the bare client and the least that any check would add; written to bench/results/cold-start.md. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { supportedRuntimes } from '../../local/sandbox/runtimes';
import { median } from '../median';
import { boot, type Took } from './boot';
import { type Case, casesAt } from './cases';
import { Door } from './door';
import { unpackLayer } from './layer';

const RESULTS = path.join(__dirname, '..', 'results', 'cold-start.md');

/** They answer how many milliseconds of CPU their process has used, threads that have ended included. Those of `slow` take 100 ms to load. */
const [NODE, PYTHON] = [
  'exports.handler = async () => ({ cpu: (({ user, system }) => (user + system) / 1000)(process.cpuUsage()) });\n',
  'import time\n\n\ndef handler(event, context):\n    return {"cpu": time.process_time_ns() / 1e6}\n',
];
const HANDLERS = {
  'app.js': NODE,
  'app.py': PYTHON,
  'slow.js': `const until = Date.now() + 100;\nwhile (Date.now() < until);\n${NODE}`,
  'slow.py': `import time\n\ntime.sleep(0.1)\n${PYTHON}`,
};

const INTRODUCTION = `# Cold starts of a guarded function

Made by \`npm run bench -- --only cold-start\`. AWS's own clients in the sandbox of the local bed, one environment after the other, the cases in turn,
medians. The window is off, and the mirror's item comes from a service on this machine that answers after 15 ms, through TLS. CPU is what counts: what
the runtime's process has used, with threads that have ended, when its handler is called. Time is from the start of the sandbox to the first answer.
AWS's Python client is compiled, as an image has it; the gate's sources are not, for a layer can't be written to.
`;

export interface ColdStarts {
  /** Lambda's names; all that can run here when there are none. */
  readonly runtimes: readonly string[];
  /** Of each case. */
  readonly rounds: number;
}

export async function compareColdStarts({ runtimes, rounds }: ColdStarts): Promise<void> {
  const supported = (await supportedRuntimes()).filter(({ missing }) => missing === undefined);
  const chosen = supported.filter(({ runtime }) => runtimes.length === 0 || runtimes.includes(runtime));
  const scratch = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'cold-start-'));
  const door = await Door.open(scratch);
  const lines: string[] = [];
  const say = (text: string) => {
    console.log(text);
    lines.push(text);
  };
  try {
    const places = { taskRoot: path.join(scratch, 'task'), optRoot: path.join(scratch, 'opt') };
    fs.mkdirSync(places.taskRoot);
    Object.entries(HANDLERS).forEach(([name, text]) => fs.writeFileSync(path.join(places.taskRoot, name), text));
    await unpackLayer(places.optRoot, door.certificate);
    const cases = casesAt(door.port);
    say(`${INTRODUCTION}\n${cases.map(({ name, what }) => `- *${name}*: ${what}`).join('\n')}`);
    for (const { runtime, interpreter, client } of chosen) {
      for (const handler of ['app', 'slow']) {
        const loads = handler === 'slow' ? ', a handler that takes 100 ms to load' : '';
        say(`\n## ${runtime}: interpreter ${interpreter}, client ${client}${loads}\n\n${HEAD}`);
        const took = await inTurn(handler === 'slow' ? cases.filter(({ name }) => WITH_SLOW.includes(name)) : cases, rounds, async (one) => {
          const before = door.answered;
          const result = await boot({ runtime, handler: `${handler}.handler`, ...places, environment: one.environment });
          if (door.answered - before !== Number(one.asks)) {
            throw new Error(`${runtime} ${one.name} asked for the window ${door.answered - before} times`);
          }
          return result;
        });
        for (const [name, samples] of took) {
          say(row(name, samples, took.get('bare')!));
        }
      }
    }
  } finally {
    await door.close();
    await fs.promises.rm(scratch, { recursive: true, force: true });
  }
  if (runtimes.length === 0) {
    fs.writeFileSync(RESULTS, `${lines.join('\n')}\n`);
  }
}

const WITH_SLOW: readonly string[] = ['bare', 'guarded', 'AT_ONCE'];
const HEAD = '| | CPU ms | added, in shares of bare | time ms | added |\n|---|---|---|---|---|';

/** The first round of each is left out: it finds no file in the system's cache. */
async function inTurn(cases: readonly Case[], rounds: number, start: (one: Case) => Promise<Took>): Promise<Map<string, Took[]>> {
  const took = new Map<string, Took[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const one of cases) {
      const result = await start(one);
      if (round > 0) {
        took.get(one.name)!.push(result);
      }
    }
  }
  return took;
}

function row(name: string, samples: readonly Took[], bare: readonly Took[]): string {
  const mid = (of: readonly Took[], what: keyof Took) => median(of.map((took) => took[what]));
  const added = (what: keyof Took) => mid(samples, what) - mid(bare, what);
  const share = (added('cpu') / mid(bare, 'cpu')).toFixed(2);
  return `| ${name} | ${mid(samples, 'cpu').toFixed(1)} | ${share} | ${mid(samples, 'time').toFixed(0)} | ${added('time').toFixed(0)} |`;
}
