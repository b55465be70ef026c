import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a package client may see of this process's environment: where things are and how to reach a registry; never a key of an account. */
const ALLOWED = [
  /^(PATH|HOME|LANG|LC_ALL|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|XDG_CACHE_HOME)$/,
  /^(HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy)$/,
  /^npm_config_/i,
  /^PIP_/,
];

/** How many lines of a failed command's output go into the error. */
const TAIL_LINES = 60;

/** The environment of package clients, compilers and interpreters that are tried out. */
export function toolEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && ALLOWED.some((name) => name.test(entry[0]))),
  );
}

export interface RunOptions {
  readonly cwd?: string;
  /** Default: none. */
  readonly timeoutMs?: number;
  /** Kills the command. */
  readonly signal?: AbortSignal;
  /** All of the command's environment. Default: what `toolEnvironment()` allows. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void;
  /** How errors name the command. Default: the file and its arguments. */
  readonly name?: string;
}

export interface RunningCommand {
  /** The standard output of a command that ended well. Rejects with the end of what any other printed. */
  readonly output: Promise<string>;
  /** Closes the command's standard input. */
  endInput(): void;
}

/**
 * Runs a command to its end and gives its standard output.
 * @throws Error with the end of what it printed when it fails
 */
export async function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const command = start(file, args, options);
  command.endInput();
  return command.output;
}

/** Starts a command whose standard input stays open. */
export function start(file: string, args: readonly string[], options: RunOptions = {}): RunningCommand {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.environment ?? toolEnvironment(),
    stdio: 'pipe',
    timeout: options.timeoutMs,
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined); // it ended first
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
      options.onLine?.(line);
    });
  }
  const ended = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
      } else {
        const name = options.name ?? [file, ...args].join(' ');
        reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}:\n${tail.join('\n')}`));
      }
    });
  });
  return { output: ended, endInput: () => child.stdin.end() };
}
