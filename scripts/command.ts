import { join } from 'node:path';

import { x } from 'tinyexec';

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
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const output = options.quiet ? 'pipe' : 'inherit';
  const child = x(command, [...args], {
    inheritEnv: false,
    nodePath: false,
    nodeOptions: { cwd: options.cwd ?? ROOT, env: childEnvironment(options.environment), stdio: ['ignore', output, output] },
  });
  try {
    const { stdout, stderr, exitCode } = await child;
    return { code: exitCode ?? 128, output: `${stdout}${stderr}` };
  } catch (error) {
    return { code: 128, output: `${command}: ${(error as Error).message}` };
  }
}
