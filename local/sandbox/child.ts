import { spawn } from 'node:child_process';

/** What a package client may see of this process's environment: where things are and how to reach a registry; never a key of an account. */
const ALLOWED = [
  /^(PATH|HOME|LANG|LC_ALL|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|XDG_CACHE_HOME)$/,
  /^(HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy)$/,
  /^npm_config_/i,
  /^PIP_/,
];

/** How much of a failed command's output goes into the error. */
const TAIL_CHARACTERS = 2000;

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
  /** Beside what `toolEnvironment()` allows. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end and gives its standard output; fails with the tail of what it printed. */
export async function run(file: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...toolEnvironment(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(stdout);
      } else {
        reject(new Error(`${[file, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}:\n${output.slice(-TAIL_CHARACTERS)}`));
      }
    });
  });
}
