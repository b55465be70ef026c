import * as fs from 'node:fs';

/** A process whose stop signal has been sent is stopped within a scheduler tick, unless the kernel holds it in uninterruptible sleep. */
const STOP_POLL_MS = 1;
const STOP_TIMEOUT_MS = 30_000;
const PAGE_BYTES = 4096;

/** The processes of one pid namespace, seen from outside through its init: whatever they do, orphans come back to that init. */
export class ProcessNamespace {
  private constructor(
    private readonly init: number,
    private readonly id: string,
  ) {}

  /** Undefined when the process has ended already. */
  static of(init: number): ProcessNamespace | undefined {
    const id = namespaceOf(init);
    return id === undefined ? undefined : new ProcessNamespace(init, id);
  }

  /** Process ids, as this process's own namespace numbers them, init first. */
  members(): number[] {
    const found = new Set<number>();
    const waiting = [this.init];
    for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
      // A number may have been given to another process meanwhile; the namespace can't have been
      if (found.has(pid) || namespaceOf(pid) !== this.id) {
        continue;
      }
      found.add(pid);
      waiting.push(...childrenOf(pid));
    }
    return [...found];
  }

  /** Stops every process, again and again until one whole pass has met only stopped ones and no new one. */
  async stop(): Promise<void> {
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    let known = new Set<number>();
    for (;;) {
      const members = this.members();
      const running = members.filter((pid) => !isStill(pid));
      if (running.length === 0 && members.every((pid) => known.has(pid))) {
        return;
      }
      for (const pid of running) {
        signal(pid, 'SIGSTOP');
      }
      known = new Set(members);
      if (Date.now() > deadline) {
        throw new Error(`processes ${running.join(', ')} of a sandbox could not be stopped within ${STOP_TIMEOUT_MS} ms`);
      }
      if (running.length > 0) {
        await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
      }
    }
  }

  /** Lets every process go on. */
  resume(): void {
    for (const pid of this.members()) {
      signal(pid, 'SIGCONT');
    }
  }

  /** Ends the namespace: with its init, the kernel ends every process in it. */
  kill(): void {
    if (namespaceOf(this.init) === this.id) {
      signal(this.init, 'SIGKILL');
    }
  }

  /** Whether init has ended; the kernel lets go of an init only after every other process of its namespace. */
  isGone(): boolean {
    return namespaceOf(this.init) !== this.id || isDead(this.init);
  }

  /** Resident bytes of all processes, pages shared between them counted once for each. */
  residentBytes(): number {
    return sum(this.members().map((pid) => Number(read(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) * PAGE_BYTES));
  }

  /** Resident bytes with shared pages divided among those that share them: exact, and dearer to read. */
  proportionalBytes(): number {
    return sum(this.members().map((pid) => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0) * 1024));
  }
}

/** The only child of a process that has forked once. */
export function onlyChild(pid: number): number | undefined {
  return childrenOf(pid)[0];
}

function childrenOf(pid: number): number[] {
  return tasks(pid).flatMap((task) => (read(`/proc/${pid}/task/${task}/children`) ?? '').split(' ').filter(Boolean).map(Number));
}

function tasks(pid: number): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Stopped, or dead. */
function isStill(pid: number): boolean {
  return isDead(pid) || 'Tt'.includes(stateOf(pid) ?? 'T');
}

/** Ended, waited for by its parent or not. */
function isDead(pid: number): boolean {
  return 'ZX'.includes(stateOf(pid) ?? 'X');
}

/** The kernel's letter for what a process does; it follows the command's name, which may hold spaces and parentheses. */
function stateOf(pid: number): string | undefined {
  return read(`/proc/${pid}/stat`)?.replace(/^.*\) /s, '')[0];
}

function namespaceOf(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
