import * as fs from 'node:fs';
import * as path from 'node:path';

/** Where fetched clients and interpreters are kept: git-ignored, one for each checkout. */
export const CACHE_ROOT = path.resolve(__dirname, '../../.cache/clients');

/** How often a waiting process looks whether another one has finished building the same entry. */
const LOCK_POLL_MS = 250;

/** Told what is being fetched or built, for everything that takes longer than an eye blink. */
export type Progress = (line: string) => void;

let platform: string | undefined;

/** `linux-x64-glibc`: a build for one of these does not run on another. */
export function platformTag(): string {
  platform ??= `${process.platform}-${process.arch}-${libc()}`;
  return platform;
}

function libc(): string {
  return (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime ? 'glibc' : 'musl';
}

/**
 * A directory of finished builds. An entry is built beside its place and renamed into it, so it is either whole or absent, and processes that
 * want the same entry wait for the one that builds it.
 */
export class Cache {
  private readonly underWay = new Map<string, Promise<string>>();

  constructor(private readonly root: string = CACHE_ROOT) {}

  /** The directory of an entry that is there, else undefined. */
  find(name: string): string | undefined {
    const entry = path.join(this.root, name);
    return fs.existsSync(entry) ? entry : undefined;
  }

  /** The directory of an entry; `build` fills it when it is not there. `progress` hears of a wait for another process. */
  async ensure(name: string, build: (directory: string) => Promise<void>, progress: Progress = () => undefined): Promise<string> {
    const found = this.find(name);
    if (found) {
      return found;
    }
    let building = this.underWay.get(name);
    if (!building) {
      building = this.buildLocked(name, build, progress).finally(() => this.underWay.delete(name));
      this.underWay.set(name, building);
    }
    return building;
  }

  private async buildLocked(name: string, build: (directory: string) => Promise<void>, progress: Progress): Promise<string> {
    fs.mkdirSync(this.root, { recursive: true });
    const lock = path.join(this.root, `${name}.lock`);
    for (let waits = 0; !takeLock(lock); waits++) {
      if (waits === 1) {
        progress(`${name}: another process is fetching it; waiting`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
    }
    const entry = path.join(this.root, name);
    // What a builder left that was ended half way; nobody else builds this entry while the lock is ours
    for (const left of fs.readdirSync(this.root).filter((file) => file.startsWith(`${name}.building-`))) {
      fs.rmSync(path.join(this.root, left), { recursive: true, force: true });
    }
    const beside = fs.mkdtempSync(path.join(this.root, `${name}.building-`));
    try {
      if (fs.existsSync(entry)) {
        return entry;
      }
      await build(beside);
      fs.chmodSync(beside, 0o755);
      fs.renameSync(beside, entry);
      return entry;
    } finally {
      fs.rmSync(beside, { recursive: true, force: true });
      fs.rmSync(lock, { force: true });
    }
  }
}

/** The lock holds the owner's process id; a lock whose owner is gone counts for nothing. */
function takeLock(lock: string): boolean {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
  const owner = readOwner(lock);
  if (owner !== undefined && !isAlive(owner)) {
    fs.rmSync(lock, { force: true });
  }
  return false;
}

function readOwner(lock: string): number | undefined {
  try {
    // An empty file is a lock whose owner is between creating and writing it
    return Number(fs.readFileSync(lock, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
