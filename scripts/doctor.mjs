// Checks the prerequisites before any work is done, installs what is missing where it may, and says so.
// Plain Node.js without dependencies: it runs straight after `git clone`.
//
//   npm run doctor                    try, install as root on Debian or Ubuntu, try again
//   npm run doctor -- --no-install    try only
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NODE = [20, 16]; // jsii 6
const PYTHON = [3, 10]; // what the runtime's Python code is written for
const JAVA = [17]; // DynamoDB Local 3
const PATIENCE = 60_000; // ms for one trial: a cold Chromium on a busy machine takes seconds

// Children see these variables and no others: whoever runs this may have credentials in the environment
const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const environment = Object.fromEntries(INHERITED.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]));

const scratch = mkdtempSync(join(tmpdir(), 'doctor-'));

/** Runs a command to its end and returns what it wrote; rejects with a reason in words. */
function run(command, args, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { cwd: scratch, env: environment, timeout: PATIENCE }, (error, stdout, stderr) => {
      if (!error) {
        resolve(`${stdout}${stderr}`);
      } else if (error.code === 'ENOENT') {
        reject(new Error(`no ${command}`));
      } else {
        const words = `${stderr}`.trim().split('\n').filter(Boolean).pop() ?? '';
        reject(
          new Error(
            error.killed
              ? `${command} did not end within ${PATIENCE / 1000} s`
              : `${command} failed: ${words || `exit ${error.code ?? error.signal}`}`,
          ),
        );
      }
    });
    child.stdin?.on('error', () => {}); // the command ended without reading: its own exit tells why
    child.stdin?.end(input ?? '');
  });
}

function numbers(text) {
  const match = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text);
  return match ? match.slice(1).filter(Boolean).map(Number) : [];
}

function atLeast(what, found, wanted) {
  const order = wanted.map((part, index) => (found[index] ?? 0) - part).find((difference) => difference !== 0) ?? 0;
  if (order < 0) {
    throw new Error(`${what} ${found.join('.')} is older than ${wanted.join('.')}`);
  }
  return found.join('.');
}

function firstLine(text) {
  return text.trim().split('\n')[0].trim();
}

async function firstThatWorks(trials) {
  const reasons = [];
  for (const trial of trials) {
    try {
      return await trial();
    } catch (error) {
      reasons.push(error.message);
    }
  }
  throw new Error(reasons.join('; '));
}

async function platform() {
  if (process.platform !== 'linux') {
    throw new Error(`${process.platform}: demo and full tests need Linux or WSL2; \`npm ci && npm run test:unit\` works here`);
  }
  return process.arch === 'x64' ? 'x86-64' : `${process.arch}: untested`;
}

async function python() {
  const version = atLeast('Python', numbers(await run('python3', ['--version'])), PYTHON);
  await run('python3', ['-m', 'venv', join(scratch, 'venv')]);
  await run(join(scratch, 'venv', 'bin', 'pip'), ['--version']);
  return `${version}, made a virtual environment`;
}

async function compiler() {
  writeFileSync(join(scratch, 'line.cpp'), '#include <string>\nint main() { return std::string("42").size() == 2 ? 0 : 1; }\n');
  await run('g++', ['-std=c++17', '-o', 'line', 'line.cpp']);
  await run(join(scratch, 'line'), []);
  return `g++ ${numbers(await run('g++', ['-dumpfullversion'])).join('.')}, compiled and ran a line`;
}

async function make() {
  await run('make', ['-f', '-'], 'all:\n\t@true\n');
  return `${numbers(await run('make', ['--version'])).join('.')}, made a target`;
}

async function cmake() {
  writeFileSync(join(scratch, 'say.cmake'), 'message(STATUS "${CMAKE_VERSION}")\n');
  return `${numbers(await run('cmake', ['-P', 'say.cmake'])).join('.')}, ran a script`;
}

async function archives() {
  writeFileSync(join(scratch, 'packed'), 'packed');
  await run('tar', ['-cJf', 'packed.tar.xz', 'packed']);
  await run('tar', ['-xJf', 'packed.tar.xz']);
  return 'packed and unpacked a file';
}

async function openssl() {
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'key.pem',
    '-out',
    'certificate.pem',
  ]);
  return 'made a certificate';
}

async function namespace() {
  return firstThatWorks([
    async () => {
      await run('bwrap', [
        '--ro-bind',
        '/',
        '/',
        '--dev',
        '/dev',
        '--proc',
        '/proc',
        '--tmpfs',
        '/tmp',
        '--unshare-pid',
        '--die-with-parent',
        'true',
      ]);
      return 'bubblewrap started one';
    },
    async () => {
      await run('unshare', ['-Urmpf', '--kill-child', '--mount-proc', 'true']);
      return 'unshare started one';
    },
  ]);
}

async function java() {
  const version = atLeast('Java', numbers(await run('java', ['-version'])), JAVA);
  return `${version} ran`;
}

async function chromium() {
  const page = 'data:text/html,<title>a</title><script>document.title = 40 + 2</script>';
  const quiet = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    `--user-data-dir=${join(scratch, 'chromium')}`,
  ];
  return firstThatWorks(
    ['chromium', 'chromium-browser', 'google-chrome'].map((command) => async () => {
      const dom = await run(command, [...quiet, '--dump-dom', page]);
      if (!dom.includes('<title>42</title>')) {
        throw new Error(`${command} did not run a page`);
      }
      return `${command} ran a page`;
    }),
  );
}

/** `optional` tools serve one part of the tests each; that part says that it was not run. */
const TRIALS = [
  { name: 'Linux', purpose: 'demo, tests', packages: [], attempt: platform },
  { name: 'Node.js', purpose: 'everything', packages: [], attempt: async () => atLeast('Node.js', numbers(process.version), NODE) },
  { name: 'npm', purpose: 'everything', packages: ['npm'], attempt: async () => firstLine(await run('npm', ['--version'])) },
  { name: 'git', purpose: 'tests', packages: ['git'], attempt: async () => numbers(await run('git', ['--version'])).join('.') },
  { name: 'Python with venv', purpose: 'demo, tests', packages: ['python3', 'python3-venv'], attempt: python },
  { name: 'C++ compiler', purpose: "AWS's client", packages: ['g++'], attempt: compiler },
  { name: 'make', purpose: "AWS's client", packages: ['make'], attempt: make },
  { name: 'cmake', purpose: "AWS's client", packages: ['cmake'], attempt: cmake },
  { name: 'tar and xz', purpose: "AWS's client", packages: ['tar', 'xz-utils'], attempt: archives },
  { name: 'openssl', purpose: 'tests of TLS', packages: ['openssl'], attempt: openssl },
  { name: 'namespaces', purpose: 'demo, tests', packages: ['bubblewrap'], attempt: namespace },
  { name: 'Chromium', purpose: 'the report test', packages: ['chromium'], attempt: chromium, optional: true },
  { name: 'Java', purpose: 'DynamoDB Local', packages: ['default-jre-headless'], attempt: java, optional: true },
];

async function tryAll(trials) {
  return Promise.all(
    trials.map(async (trial) => {
      try {
        return { trial, works: true, words: await trial.attempt() };
      } catch (error) {
        return { trial, works: false, words: error.message };
      }
    }),
  );
}

function print(results) {
  const rows = results.map(({ trial, works, words }) => [trial.name, works ? 'ok' : trial.optional ? 'absent' : 'MISSING', trial.purpose, words]);
  const table = [['tool', 'state', 'used by', 'what was tried'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function aptGet(args) {
  console.log(`doctor: apt-get ${args.join(' ')}`);
  const { status, error } = spawnSync('apt-get', args, {
    env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return !error && status === 0;
}

/** Installs the packages of what does not work: what is required in one go, what is optional one by one, for a distribution may lack it. */
function install(missing) {
  if (!aptGet(['update', '-q'])) {
    console.log('doctor: apt-get update failed; going on with the lists that are there');
  }
  const required = missing.filter(({ trial }) => !trial.optional).flatMap(({ trial }) => trial.packages);
  const optional = missing.filter(({ trial }) => trial.optional).map(({ trial }) => trial.packages);
  for (const packages of [required, ...optional].filter((group) => group.length > 0)) {
    aptGet(['install', '-q', '-y', '--no-install-recommends', ...packages]);
  }
}

async function main() {
  let results = await tryAll(TRIALS);
  const installable = results.filter(({ trial, works }) => !works && trial.packages.length > 0);
  const mayInstall = !process.argv.includes('--no-install') && process.getuid?.() === 0 && isDebian();
  if (installable.length > 0 && mayInstall) {
    const names = installable.map(({ trial }) => trial.name).join(', ');
    console.log(`doctor: does not work: ${names}. Installing it, as root on a Debian system (\`--no-install\` forbids this)`);
    install(installable);
    const again = await tryAll(installable.map(({ trial }) => trial));
    results = results.map((result) => again.find(({ trial }) => trial === result.trial) ?? result);
    const done = again.filter(({ works }) => works).map(({ trial }) => trial.name);
    console.log(`doctor: installed ${done.join(', ') || 'nothing that helped'}`);
  }
  print(results);

  const failed = results.filter(({ works }) => !works);
  const packages = failed.flatMap(({ trial }) => trial.packages);
  if (packages.length > 0) {
    console.log(
      `\ninstall ${packages.length === 1 ? 'it' : 'them'} with: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    );
  }
  return failed.every(({ trial }) => trial.optional) ? 0 : 1;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
