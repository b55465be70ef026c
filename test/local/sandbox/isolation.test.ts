import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { detectIsolation } from '../../../local/sandbox/isolation';
import { closeAll, ISOLATIONS, OneEnvironment } from './environment';

const directories: string[] = [];

afterEach(async () => {
  await closeAll();
  for (const directory of directories.splice(0)) {
    fs.rmSync(directory, { recursive: true, force: true });
  }
});

/** A search path with the programs named: the machine's own, or a script instead. */
function searchPath(programs: Record<string, string | undefined>): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'programs-'));
  directories.push(directory);
  for (const [name, script] of Object.entries(programs)) {
    const target = path.join(directory, name);
    if (script !== undefined) {
      fs.writeFileSync(target, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    } else {
      fs.symlinkSync(
        ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].map((place) => path.join(place, name)).find((file) => fs.existsSync(file)) as string,
        target,
      );
    }
  }
  return directory;
}

const UNSHARE = Object.fromEntries(
  ['setpriv', 'unshare', 'mount', 'umount', 'mkdir', 'rmdir', 'ln', 'pivot_root', 'env', 'setsid'].map((name) => [name, undefined]),
);

test('bubblewrap is used where it is installed', async () => {
  expect((await detectIsolation()).name).toBe(ISOLATIONS[0]);
});

test('without bubblewrap, unshare is used, and runs functions', async () => {
  const isolation = await detectIsolation(undefined, searchPath(UNSHARE));
  expect(isolation.name).toBe('unshare');
  const environment = await OneEnvironment.start({ code: { 'app.py': 'def handler(event, context):\n    return event' }, isolation });
  expect((await environment.invoke({ it: 'runs' })).body).toEqual({ it: 'runs' });
});

test('where bubblewrap is refused, unshare is used', async () => {
  const isolation = await detectIsolation(
    undefined,
    searchPath({ ...UNSHARE, bwrap: 'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1' }),
  );
  expect(isolation.name).toBe('unshare');
});

test('a tool that starts the command outside of a sandbox is not taken for one', async () => {
  await expect(detectIsolation(['bubblewrap'], searchPath({ bwrap: 'echo written; id -u', id: undefined }))).rejects.toThrow(
    /bubblewrap: written\n\d+ \(exit code 0\)/,
  );
});

test('where neither works, the error says what each of them said and what to do; nothing weaker is tried', async () => {
  const broken = searchPath({ bwrap: 'echo "bwrap: setting up uid map: Permission denied" >&2; exit 1' });
  const error = await detectIsolation(undefined, broken).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.message).toBe(
    [
      'no sandbox can be started on this machine, and functions are not run without one.',
      '  bubblewrap: bwrap: setting up uid map: Permission denied (exit code 1)',
      '  unshare: setpriv is not installed',
      'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap) and allow user namespaces:',
      '  Ubuntu 24.04 and later: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or run as root',
      '  in a container: give it CAP_SYS_ADMIN and a seccomp profile that allows unshare and mount (for example --privileged)',
      '`npm run doctor` tries again and shows what is missing.',
    ].join('\n'),
  );
});
