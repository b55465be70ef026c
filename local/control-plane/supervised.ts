/** Child processes that can't outlive the bed: a supervisor holds each one's whole session and ends it when the bed is gone. */
import * as path from 'node:path';

import { type RunningCommand, start } from '../sandbox/child';

const SUPERVISOR = path.join(__dirname, 'supervisor.py');

export interface SupervisedCommand {
  /** Python interpreter that runs the supervisor. */
  readonly python: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** The commands of one bed, so that all can be ended at once. */
export class Supervised {
  private readonly running = new Set<RunningCommand>();
  private closed = false;

  /**
   * Runs a command to its end and resolves with what it wrote to standard output.
   * @throws Error with the command's last lines when it fails
   */
  async run({ python, command, cwd, environment, onLine }: SupervisedCommand): Promise<string> {
    if (this.closed) {
      throw new Error('the bed is closed');
    }
    const running = start(python, [SUPERVISOR, ...command], { cwd, environment, onLine, name: command.slice(0, 3).join(' ') });
    this.running.add(running);
    try {
      return await running.output;
    } finally {
      this.running.delete(running);
    }
  }

  /** Ends every command that still runs and refuses new ones. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(
      [...this.running].map(async (running) => {
        running.endInput();
        await running.output.catch(() => undefined);
      }),
    );
  }
}
