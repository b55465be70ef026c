import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { childEnvironment } from '../../scripts/environment';
import { JSII_KERNEL } from '../../scripts/release/jsii-kernel';

export type Reference = { readonly '$jsii.byref': string };

/** The program that runs the library for Python, Java and Go, spoken to as they speak to it: a line of JSON each way. */
export class Kernel {
  static async start(): Promise<Kernel> {
    if (!existsSync(JSII_KERNEL)) {
      throw new Error(`${JSII_KERNEL} is missing: run \`npm run test:package\`, which fetches it first`);
    }
    const kernel = new Kernel();
    await kernel.read(); // it says hello first
    return kernel;
  }

  readonly folder = mkdtempSync(join(tmpdir(), 'kernel-'));
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private readonly exited: Promise<void>;
  private errors = '';

  private constructor() {
    // Its own folder for what it unpacks, and none that it would share with other programs
    const env = childEnvironment({
      TMPDIR: this.folder,
      JSII_RUNTIME_PACKAGE_CACHE: 'disabled',
      CDK_VALIDATION: 'false',
      JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
    });
    this.process = spawn(process.execPath, [JSII_KERNEL], { env });
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
    this.process.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString('utf8');
    });
    this.exited = new Promise((resolve) => this.process.on('close', () => resolve()));
  }

  /** Loads a package from its tarball. */
  async load(name: string, version: string, tarball: string): Promise<void> {
    await this.call({ api: 'load', name, version, tarball });
  }

  /** Loads an installed package, packed as its publisher would have. */
  async loadInstalled(modules: string, name: string): Promise<void> {
    const { version } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as { version: string };
    const tarball = join(this.folder, 'tarballs', `${name}.tgz`);
    mkdirSync(dirname(tarball), { recursive: true });
    execFileSync('tar', ['-cf', tarball, '--transform', `s,^${name},package,`, '-C', modules, name]);
    await this.load(name, version, tarball);
  }

  /** Makes an object of a class. */
  async create(fqn: string, ...args: unknown[]): Promise<Reference> {
    return (await this.call({ api: 'create', fqn, args })) as Reference;
  }

  async call(request: object): Promise<Record<string, unknown>> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    const { ok, error } = await this.read();
    if (error !== undefined) {
      throw new Error(JSON.stringify(error));
    }
    return ok as Record<string, unknown>;
  }

  async stop(): Promise<void> {
    this.process.stdin.end();
    await this.exited;
    rmSync(this.folder, { recursive: true });
  }

  private async read(): Promise<Record<string, unknown>> {
    const { value, done } = await this.lines.next();
    if (done) {
      // Node.js shows the line that threw, which in a bundle is all of it
      throw new Error(
        `the kernel has ended: ${this.errors
          .split('\n')
          .filter((line) => line.length < 500)
          .join('\n')}`,
      );
    }
    return JSON.parse(value) as Record<string, unknown>;
  }
}
