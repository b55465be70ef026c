/**
 * Modules of the user's with names of Python's standard library: never taken for the gate's, inside a window or outside, and never hidden by them.
 * Every name is tried that the client alone does not load: a file of that name would break the bare client too. CLIENTS=all: with every client and
 * runtime.
 */
import { ensureRuntimes, resolveRuntime } from '../../../local/sandbox/runtimes';
import { MINUTES, useStage } from '../support/gate';
import type { Release } from '../support/language';
import { PYTHON } from '../support/python';
import type { Stage } from '../support/stage';
import type { TestEnvironment } from '../support/test-environment';
import { hold, replay } from '../support/window-passing';

const { client } = PYTHON.newest;
const all = process.env.CLIENTS === 'all';
const RUNTIMES = ['python3.10', 'python3.11', ...(all ? ['python3.12'] : []), 'python3.13'].map((runtime) => ({ runtime, client }));
const RELEASES: readonly Release[] = [...RUNTIMES, ...(all ? PYTHON.releases.filter((release) => release.client !== client) : [])];

/** Has Python write each module that it loads, when it has loaded it. */
const TRACED = { PYTHONPROFILEIMPORTTIME: '1' };

const HANDLER = `
import sys

def handler(event, context):
    if "names" in event:
        return sorted(name for name in sys.stdlib_module_names if name not in sys.builtin_module_names)
    return {name: whose(name) for name in event.get("import", [])}

def whose(name):
    return getattr(__import__(name), "WHOSE", "Python's")
`;

const USERS = `print("EXECUTED", __name__)\nWHOSE = "the user's"\n`;

interface Form {
  readonly what: string;
  file(name: string): string;
  readonly variables?: Readonly<Record<string, string>>;
}

const FORMS: readonly Form[] = [
  { what: 'a module', file: (name) => `${name}.py` },
  { what: 'a package', file: (name) => `${name}/__init__.py` },
  { what: 'a module on PYTHONPATH', file: (name) => `own/${name}.py`, variables: { PYTHONPATH: '/var/task/own' } },
];

let stage: Stage;
useStage((opened) => {
  stage = opened;
});
beforeAll(() => ensureRuntimes(RELEASES, (line) => process.stderr.write(`${line}\n`)), 5 * MINUTES);

/** The modules that Python says it has loaded, by the name that a file of the user's would have. */
function loaded(environment: TestEnvironment): Set<string> {
  return new Set([...environment.output.matchAll(/^import time: +\d+ \| +\d+ \| +([^.\s]+)/gm)].map(([, name]) => name));
}

function executed(environment: TestEnvironment): string[] {
  return [...environment.output.matchAll(/^EXECUTED (\S+)/gm)].map(([, name]) => name);
}

describe.each(RELEASES)('$runtime with client $client', (release) => {
  /** Names that a file of the user's can have without breaking the bare client. */
  let names: readonly string[];
  /** A function that has such a file of each name. */
  const withAll = ({ file, variables }: Form) => ({
    ...release,
    code: { ...Object.fromEntries(names.map((name) => [file(name), USERS])), 'app.py': HANDLER },
    variables,
  });

  beforeAll(async () => {
    await resolveRuntime(release.runtime, release.client); // says what is missing
    const bare = await stage.start({ ...release, layer: undefined, code: { 'app.py': HANDLER }, variables: TRACED });
    const standard = (await bare.reply({ names: true })) as string[];
    const clients = loaded(bare);
    await bare.close();
    names = standard.filter((name) => !clients.has(name));
  }, MINUTES);

  test(
    'the gate loads nothing beyond the client but what it keeps apart',
    async () => {
      const environment = await stage.start({ ...release, code: { 'app.py': HANDLER }, variables: TRACED });
      await environment.reply({});
      await stage.windowSeen('on');
      const kept = await hold(stage, environment);
      await stage.windowSeen('auto');
      await replay(stage, environment, kept);
      const beyond = names.filter((name) => loaded(environment).has(name));
      expect(['_hashlib', '_socket', '_ssl', 'binascii', 'zlib']).toEqual(expect.arrayContaining(beyond));
      expect(await environment.reply({ import: beyond })).toEqual(Object.fromEntries(beyond.map((name) => [name, "Python's"])));
    },
    MINUTES,
  );

  test.each(FORMS)(
    "a name of the standard library that the user has $what of is the user's, as with the bare client, and not executed in a window",
    async (form) => {
      expect(names).toEqual(expect.arrayContaining(['calendar', 'email', 'platform', 'uuid']));
      const bare = await stage.start({ ...withAll(form), layer: undefined });
      const seen = await bare.reply({ import: names });
      expect(Object.values(seen as object)).toEqual(expect.arrayContaining(["the user's"]));

      stage.window('on');
      const environment = await stage.start(withAll(form));
      const kept = await hold(stage, environment);
      await stage.windowSeen('auto');
      await replay(stage, environment, kept);
      expect(executed(environment)).toEqual([]);
      expect(await environment.reply({ import: names })).toEqual(seen);
      expect(executed(environment).sort()).toEqual(executed(bare).sort());
    },
    MINUTES,
  );

  test(
    'the gate holds and replays while all of them are there',
    async () => {
      const environment = await stage.start(withAll(FORMS[0]));
      const seen = await environment.reply({ import: names });
      await stage.windowSeen('on');
      const kept = await hold(stage, environment);
      await stage.windowSeen('auto');
      await replay(stage, environment, kept);
      expect(await environment.reply({ import: names })).toEqual(seen);
    },
    MINUTES,
  );
});
