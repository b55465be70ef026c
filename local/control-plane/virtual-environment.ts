/** The emulator's private virtual environment in the project's git-ignored cache, created on first use. */
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { run } from '../sandbox/child';
import { pipEnvironment } from './process-environment';

const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
const CACHE = path.join(__dirname, '..', '..', '.cache', 'control-plane');
/** The oldest Python that both the emulator and the bed's own modules run on. */
const MINIMUM_PYTHON: readonly [number, number] = [3, 10];
/** What of pip's output tells how far it is. */
const PROGRESS = /^(Collecting|Downloading|Installing|Successfully)/;
/** A build directory that is older belongs to a build that was killed. */
const ABANDONED_AFTER_MS = 3600_000;

export interface VirtualEnvironmentOptions {
  readonly log: (line: string) => void;
  /** Default: `.cache/control-plane` in the project. */
  readonly cache?: string;
  /** Default: the pinned requirements beside this file. */
  readonly requirements?: string;
}

/**
 * The environment's Python interpreter. Builds the environment when its requirements have none yet; two processes may do so at once.
 * @throws Error when there is no Python 3.10 or newer, no venv module, or pip refuses (its last lines are in the message)
 */
export async function virtualEnvironment(options: VirtualEnvironmentOptions): Promise<string> {
  const cache = options.cache ?? CACHE;
  const requirements = options.requirements ?? REQUIREMENTS;
  const version = await pythonVersion();
  const hash = crypto.createHash('sha256').update(fs.readFileSync(requirements)).update(version).digest('hex').slice(0, 16);
  const finished = path.join(cache, hash);
  const python = path.join(finished, 'bin', 'python');
  if (fs.existsSync(finished)) {
    return python;
  }

  fs.mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  const building = fs.mkdtempSync(path.join(cache, `${hash}.building-`));
  try {
    options.log(`control plane: creating its Python environment once, in ${path.relative(process.cwd(), finished)}`);
    await runTool('python3', ['-m', 'venv', building], options.log);
    await runTool(
      path.join(building, 'bin', 'python'),
      [
        '-m',
        'pip',
        'install',
        '--require-hashes',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--disable-pip-version-check',
        '--requirement',
        requirements,
      ],
      options.log,
    );
    // An environment's interpreter finds its packages relative to itself, so it may be renamed; its console scripts, unused here, may not
    fs.renameSync(building, finished);
  } catch (error) {
    fs.rmSync(building, { recursive: true, force: true });
    // Another bed was faster: a directory that holds files can't be replaced by a rename
    if (!fs.existsSync(finished)) {
      throw error;
    }
  }
  return python;
}

async function pythonVersion(): Promise<string> {
  let version: string;
  try {
    version = (await runTool('python3', ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'])).trim();
  } catch (error) {
    throw new Error(`the bed needs python3 on PATH, ${MINIMUM_PYTHON.join('.')} or newer: ${(error as Error).message}`);
  }
  const [major, minor] = version.split('.').map(Number);
  if (major < MINIMUM_PYTHON[0] || (major === MINIMUM_PYTHON[0] && minor < MINIMUM_PYTHON[1])) {
    throw new Error(`the bed needs Python ${MINIMUM_PYTHON.join('.')} or newer, python3 on PATH is ${version}`);
  }
  return version;
}

function removeAbandoned(cache: string): void {
  for (const name of fs.readdirSync(cache).filter((entry) => entry.includes('.building-'))) {
    const directory = path.join(cache, name);
    const modified = fs.statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modified > ABANDONED_AFTER_MS) {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }
}

function runTool(file: string, args: readonly string[], log: (line: string) => void = () => undefined): Promise<string> {
  return run(file, args, {
    environment: pipEnvironment(),
    onLine: (line) => {
      if (PROGRESS.test(line)) {
        log(`control plane: ${line}`);
      }
    },
  });
}
