/** Child processes that can't outlive the bed: a supervisor holds each one's whole session and ends it when the bed is gone. */
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';

const SUPERVISOR = path.join(__dirname, 'supervisor.py');
/** Lines of output that an error quotes. */
const TAIL_LINES = 60;

export interface Command {
  /** Python interpreter that runs the supervisor. */
  readonly python: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    readonly code: number | null,
    readonly tail: readonly string[],
  ) {
    super(`${command} ended with ${code}. Its last lines:\n${tail.join('\n')}`);
  }
}

/** The commands of one bed, so that all can be ended at once. */
export class Supervised {
  private readonly running = new Set<{ end: () => void; ended: Promise<void> }>();
  private closed = false;

  /** Runs a command to its end and resolves with what it wrote to standard output. Rejects with CommandFailed. */
  run(command: Command): Promise<string> {
    if (this.closed) {
      return Promise.reject(new Error('the bed is closed'));
    }
    const child = spawn(command.python, [SUPERVISOR, ...command.command], {
      cwd: command.cwd,
      env: { ...command.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (stream === child.stdout) {
          output += `${line}\n`;
        }
        tail.push(line);
        if (tail.length > TAIL_LINES) {
          tail.shift();
        }
        command.onLine?.(line);
      });
    }
    const done = new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) {
          resolve(output);
        } else {
          reject(new CommandFailed(command.command.slice(0, 3).join(' '), code, tail));
        }
      });
    });
    const entry = {
      end: () => child.stdin.end(),
      ended: done.then(
        () => undefined,
        () => undefined,
      ),
    };
    this.running.add(entry);
    void entry.ended.then(() => this.running.delete(entry));
    return done;
  }

  /** Ends every command that still runs and refuses new ones. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(
      [...this.running].map(async (entry) => {
        entry.end();
        await entry.ended;
      }),
    );
  }
}
