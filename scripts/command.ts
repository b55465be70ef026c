import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { childEnvironment } from './environment';

export const ROOT = join(__dirname, '..');

/** The path of a tool that `npm ci` installed. */
export function tool(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}

export interface CommandResult {
  /** The exit code; 128 when a signal ended the command or it could not be started. */
  readonly code: number;
  /** What it wrote to both outputs, when that was kept. */
  readonly output: string;
}

export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Keep the output instead of showing it as it comes. */
  readonly quiet?: boolean;
}

/** Runs a command in the repository's root to its end; a command that fails is a result, not an exception. */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: childEnvironment(options.environment),
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 128, output: `${command}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 128, output: Buffer.concat(chunks).toString('utf8') }));
  });
}
