import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** At a place in the sandbox: a file or directory of the host; a directory that holds just some of the host's; a symbolic link. All read-only. */
export type Mount =
  | { readonly source: string; readonly target: string }
  | { readonly contents: readonly string[]; readonly target: string }
  | { readonly link: string; readonly target: string };

/** Everything a sandbox is, independent of the tool that makes it. */
export interface Layout {
  readonly mounts: readonly Mount[];
  /** Size of the writable `/tmp`, in bytes. */
  readonly temporaryBytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

/** A command that runs a layout. It reads `input` from descriptor 3 and may report on descriptor 4. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly input: Buffer;
  /** Where the sandbox's output goes: the tool's own standard streams, or descriptor 5 when the tool may write to those itself. */
  readonly outputOn: 'standard-streams' | 'descriptor-5';
}

export type IsolationName = 'bubblewrap' | 'unshare';

/** A way to start sandboxes that was tried on this machine and works. */
export interface Isolation {
  readonly name: IsolationName;
  readonly launch: (layout: Layout) => Launch;
}

/** The user and group of Lambda's runtime processes. */
const USER = 993;
const GROUP = 990;
const IMAGE = path.join(__dirname, 'image');
const UNSHARE_INIT = path.join(IMAGE, 'unshare-init.sh');
const EMPTY_UNLESS_MOUNTED = ['/var/task', '/opt'];
/** A limit, not an expectation: what does not answer in time counts as unable. */
const PROBE_TIMEOUT_MS = 60_000;
/** Of the host's /etc only what programs need to find libraries, certificates and name servers. */
const HOST_ETC = ['/etc/resolv.conf', '/etc/ssl', '/etc/pki', '/etc/ca-certificates', '/etc/ld.so.cache', '/etc/alternatives'];

let detected: Promise<Isolation> | undefined;

/**
 * The isolation of this machine, found by starting a sandbox, once for each process.
 *
 * @throws Error saying what to do when there is none
 */
export async function isolation(): Promise<Isolation> {
  detected ??= detectIsolation();
  return detected;
}

/** Tries bubblewrap, then unshare. There is no third, weaker way. */
export async function detectIsolation(
  order: readonly IsolationName[] = ['bubblewrap', 'unshare'],
  searchPath = process.env.PATH,
): Promise<Isolation> {
  const refusals: string[] = [];
  for (const name of order) {
    const candidate: Isolation = { name, launch: name === 'bubblewrap' ? launchBubblewrap : launchUnshare };
    const refusal = await tryOut(candidate, searchPath);
    if (refusal === undefined) {
      return candidate;
    }
    refusals.push(`${name}: ${refusal}`);
  }
  throw new Error(
    [
      'no sandbox can be started on this machine, and functions are not run without one.',
      ...refusals.map((refusal) => `  ${refusal}`),
      'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap) and allow user namespaces:',
      '  Ubuntu 24.04 and later: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or run as root',
      '  in a container: give it CAP_SYS_ADMIN and a seccomp profile that allows unshare and mount (for example --privileged)',
      '`npm run doctor` tries again and shows what is missing.',
    ].join('\n'),
  );
}

/** Starts a launch; its output goes to the given descriptors. The child is the tool, not yet the sandbox. */
export function spawnLaunch(launch: Launch, output: number | 'pipe', searchPath = process.env.PATH): ChildProcess {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'sandbox-'));
  const file = path.join(scratch, 'arguments');
  fs.writeFileSync(file, launch.input, { mode: 0o600 });
  const input = fs.openSync(file, 'r');
  fs.rmSync(scratch, { recursive: true });
  const streams: StdioOptions =
    launch.outputOn === 'standard-streams' ? ['ignore', output, output, input, 'pipe'] : ['ignore', 'pipe', 'pipe', input, 'pipe', output];
  try {
    return spawn(launch.file, launch.args, { env: { PATH: searchPath }, stdio: streams });
  } finally {
    fs.closeSync(input);
  }
}

/** Undefined when a sandbox ran a command as it should, else what happened instead. */
async function tryOut(candidate: Isolation, searchPath: string | undefined): Promise<string | undefined> {
  const child = spawnLaunch(
    candidate.launch({
      mounts: [],
      temporaryBytes: 1024 * 1024,
      environment: { PATH: '/usr/bin:/bin' },
      workingDirectory: '/tmp',
      command: ['/bin/sh', '-c', 'echo written > /tmp/file && cat /tmp/file && id -u'],
    }),
    'pipe',
    searchPath,
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_TIMEOUT_MS);
  try {
    return await new Promise<string | undefined>((resolve) => {
      let output = '';
      for (const descriptor of [1, 2, 5]) {
        child.stdio[descriptor]?.on('data', (chunk: Buffer) => (output += chunk.toString()));
      }
      child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? `${error.path} is not installed` : error.message));
      child.on('close', (code, signal) =>
        resolve(output === `written\n${USER}\n` && code === 0 ? undefined : `${output.trim()} (${signal ?? `exit code ${code}`})`),
      );
    });
  } finally {
    clearTimeout(timer);
  }
}

function launchBubblewrap(layout: Layout): Launch {
  const options = [
    '--unshare-user',
    '--uid',
    String(USER),
    '--gid',
    String(GROUP),
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--hostname',
    'sandbox',
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    ...systemPlaces().flatMap(bubblewrapMount),
    // Lambda has no shared memory: what needs it must fail here too
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/dev/shm',
    '--remount-ro',
    '/dev/shm',
    '--size',
    String(layout.temporaryBytes),
    '--tmpfs',
    '/tmp',
    ...layout.mounts.flatMap(bubblewrapMount),
    ...EMPTY_UNLESS_MOUNTED.flatMap((directory) => ['--dir', directory]),
    '--remount-ro',
    '/',
    '--chdir',
    layout.workingDirectory,
    ...Object.entries(layout.environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
  // Options come through a descriptor: the environment would show in the list of processes, and may be longer than a command line
  return { file: 'bwrap', args: ['--args', '3', '--info-fd', '4', '--', ...layout.command], input: fields(options), outputOn: 'standard-streams' };
}

function bubblewrapMount(mount: Mount): string[] {
  if ('link' in mount) {
    return ['--symlink', mount.link, mount.target];
  }
  if ('contents' in mount) {
    return [
      '--tmpfs',
      mount.target,
      ...mount.contents.flatMap((source) => ['--ro-bind', source, inside(mount.target, source)]),
      '--remount-ro',
      mount.target,
    ];
  }
  return ['--ro-bind', mount.source, mount.target];
}

function launchUnshare(layout: Layout): Launch {
  const steps = [
    ...[...systemPlaces(), ...layout.mounts].flatMap(unshareMount),
    ...EMPTY_UNLESS_MOUNTED.flatMap((directory) => ['dir', '-', directory]),
  ];
  const environment = Object.entries(layout.environment).map(([name, value]) => `${name}=${value}`);
  return {
    file: 'setpriv',
    args: [
      '--pdeathsig',
      'KILL',
      'unshare',
      '-Urmpf',
      '--kill-child',
      '--mount-proc',
      '/bin/bash',
      UNSHARE_INIT,
      String(layout.temporaryBytes),
      String(USER),
      String(GROUP),
      layout.workingDirectory,
      ...layout.command,
    ],
    input: fields([...steps, 'run', ...environment]),
    outputOn: 'descriptor-5',
  };
}

function unshareMount(mount: Mount): string[] {
  if ('link' in mount) {
    return ['link', mount.link, mount.target];
  }
  if ('contents' in mount) {
    return [
      'empty',
      '-',
      mount.target,
      ...mount.contents.flatMap((source) => ['bind', source, inside(mount.target, source)]),
      'seal',
      '-',
      mount.target,
    ];
  }
  return ['bind', mount.source, mount.target];
}

function inside(directory: string, source: string): string {
  return path.join(directory, path.basename(source));
}

function fields(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(''));
}

/** The system's programs and libraries, and of /etc as little as they need. */
function systemPlaces(): Mount[] {
  const roots = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].filter((directory) => fs.existsSync(directory));
  const own = path.join(IMAGE, 'etc');
  return [
    { source: '/usr', target: '/usr' },
    // On a merged /usr these are symbolic links
    ...roots.map((target) => (fs.lstatSync(target).isSymbolicLink() ? { link: fs.readlinkSync(target), target } : { source: target, target })),
    ...HOST_ETC.filter((file) => fs.existsSync(file)).map((target) => ({ source: fs.realpathSync(target), target })),
    ...fs.readdirSync(own).map((file) => ({ source: path.join(own, file), target: `/etc/${file}` })),
  ];
}
