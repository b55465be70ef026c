/** What the gate adds to an invocation outside a window, at the seam alone, and to an idle environment; written to bench/results/warm.md. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { Cache } from '../../local/sandbox/cache';
import { nodeInterpreterEntry, PYTHON_CLIENT, pythonClientEntry } from '../../local/sandbox/clients';
import { unzip } from '../../local/sandbox/file-tree';
import { findPython } from '../../local/sandbox/interpreters';

const LAYER = path.resolve(__dirname, '../../assets/maintenance-window/layer.zip');
const RESULTS = path.join(__dirname, '..', 'results', 'warm.md');
const NODE = ['20', '22', '24'];
const PYTHON = ['3.10', '3.11', '3.12', '3.13'];

/** What bench/warm/seam.py and seam.mjs print. */
interface Figures {
  readonly microseconds: number;
  readonly bytes: number;
  readonly resident: number;
}

const INTRODUCTION = `# The warm path

Made by \`npm run bench -- --only warm\`: the seam of AWS's client with nothing behind it, called a million times and more with the gate and without,
while the window is off and was read a moment ago. *Bytes* are what one call allocates (in Python: has at most allocated while it runs), *at rest* is the
resident memory that loading and starting the gate adds.

| interpreter | microseconds a call | bytes a call | at rest, MB |
|---|---|---|---|`;

export async function compareWarm(): Promise<void> {
  const lines: string[] = [];
  const say = (text: string) => {
    console.log(text);
    lines.push(text);
  };
  const scratch = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'warm-'));
  try {
    await unzip(await fs.promises.readFile(LAYER), scratch);
    const layer = path.join(scratch, 'cdk-patient-lambda');
    say(INTRODUCTION);
    for (const major of NODE) {
      const interpreter = nodeInterpreter(major);
      if (interpreter) {
        say(row(`Node.js ${major}`, figures(interpreter, '--expose-gc', seam('mjs'), path.join(layer, 'nodejs'))));
      }
    }
    for (const minor of PYTHON) {
      const { found } = await findPython(minor);
      const client = new Cache().find(pythonClientEntry(minor, PYTHON_CLIENT).name);
      if (found && client) {
        say(row(`Python ${found.version}`, figures(path.join(found.prefix, `bin/python${minor}`), seam('py'), path.join(layer, 'python'), client)));
      }
    }
    fs.writeFileSync(RESULTS, `${lines.join('\n')}\n`);
  } finally {
    await fs.promises.rm(scratch, { recursive: true, force: true });
  }
}

function seam(extension: string): string {
  return path.join(__dirname, `seam.${extension}`);
}

function nodeInterpreter(major: string): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) {
    return process.execPath;
  }
  const directory = new Cache().find(nodeInterpreterEntry(major).name);
  return directory && path.join(directory, 'bin/node');
}

function figures(interpreter: string, ...args: readonly string[]): Figures {
  return JSON.parse(execFileSync(interpreter, args, { encoding: 'utf8', env: { PATH: process.env.PATH } })) as Figures;
}

function row(name: string, { microseconds, bytes, resident }: Figures): string {
  return `| ${name} | ${microseconds.toFixed(2)} | ${bytes} | ${(resident / 1024 / 1024).toFixed(1)} |`;
}
