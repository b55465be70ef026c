/** A program with a bed (apps/run-bed.ts) in a process of its own, and what can be seen of it from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

// Not tsx's own command: that is a parent of the program, and to kill it would not be to kill the program.
const TSX = require.resolve('tsx/cjs');

export class Program {
  readonly output: string[] = [];
  readonly said: Record<string, any> = {};
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();

  /** In a process group of its own, so that a test can do what a terminal's Ctrl-C does. */
  constructor(what: 'round' | 'invoke' | 'deploy', environment: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, ['--require', TSX, path.join(__dirname, 'apps', 'run-bed.ts'), what], {
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code) => {
        resolve(code);
        this.wake();
      }),
    );
    createInterface({ input: this.child.stderr! }).on('line', (line) => this.output.push(line));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      Object.assign(this.said, JSON.parse(line));
      this.wake();
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves when the program has said something under this name. Rejects when it ends before. */
  async says(name: string): Promise<any> {
    while (!(name in this.said)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`ended before it said ${name}:\n${this.output.slice(-40).join('\n')}`);
      }
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    return this.said[name];
  }

  /** The program and every process below it. */
  processes(): number[] {
    const children = new Map<number, number[]>();
    for (const pid of fs
      .readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)) {
      const parent = parentOf(pid);
      if (parent !== undefined) {
        children.set(parent, [...(children.get(parent) ?? []), pid]);
      }
    }
    const found = [this.pid];
    for (const pid of found) {
      found.push(...(children.get(pid) ?? []));
    }
    return found;
  }

  private wake(): void {
    for (const resolve of this.waiting) {
      resolve();
    }
    this.waiting.clear();
  }
}

/** Whether the process runs; a zombie does not. */
export function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether something accepts connections there. */
export function listens(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
