/** The stock CDK CLI against the bed: bootstrap once, deploy, destroy. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { ACCOUNT, REGION, withAppVariables } from './process-environment';
import type { Supervised } from './supervised';

const IDENTITY = path.join(__dirname, 'identity.py');

/** A CDK app as the CLI runs it. */
export interface CdkApp {
  /** What `--app` gets, e.g. `npx tsx app.ts`. */
  readonly command: string;
  readonly cwd: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Variables of the app's own; none may begin with `AWS_`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Outputs by stack name, then by output name. */
export type StackOutputs = Record<string, Record<string, string>>;

export interface CdkCliOptions {
  readonly python: string;
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: Supervised;
  readonly log: (line: string) => void;
}

export class CdkCli {
  private readonly cli = path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin', 'cdk');
  private bootstrapped?: Promise<void>;

  constructor(private readonly options: CdkCliOptions) {}

  async deploy(app: CdkApp, stacks: readonly string[]): Promise<StackOutputs> {
    await this.bootstrap();
    const directory = this.newDirectory();
    const outputs = path.join(directory, 'outputs.json');
    await this.run(
      app.cwd,
      [
        'deploy',
        ...selection(stacks),
        ...appOptions(app, directory),
        '--require-approval',
        'never',
        '--outputs-file',
        outputs,
        '--progress',
        'events',
      ],
      withAppVariables(this.options.environment, app.environment),
    );
    return fs.existsSync(outputs) ? (JSON.parse(fs.readFileSync(outputs, 'utf8')) as StackOutputs) : {};
  }

  async destroy(app: CdkApp, stacks: readonly string[]): Promise<void> {
    await this.run(
      app.cwd,
      ['destroy', ...selection(stacks), ...appOptions(app, this.newDirectory()), '--force'],
      withAppVariables(this.options.environment, app.environment),
    );
  }

  /** Once per bed; a failed one is tried again by the next deployment. */
  private bootstrap(): Promise<void> {
    this.bootstrapped ??= this.run(this.newDirectory(), ['bootstrap', `aws://${ACCOUNT}/${REGION}`], this.options.environment).catch(
      (error: unknown) => {
        this.bootstrapped = undefined;
        throw error;
      },
    );
    return this.bootstrapped;
  }

  private async run(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
    const { python, processes, log } = this.options;
    await this.requireBedAccount(environment);
    log(`cdk ${args[0]} ...`);
    await processes.run({
      python,
      cwd,
      environment,
      command: [process.execPath, this.cli, ...args, '--no-color', '--no-notices', '--no-version-reporting'],
      onLine: (line) => {
        if (line.trim()) {
          log(`cdk: ${line}`);
        }
      },
    });
  }

  /** Asks an AWS SDK, with the very environment that the CLI is about to get, which account it reaches. */
  private async requireBedAccount(environment: Readonly<Record<string, string>>): Promise<void> {
    const { python, root, processes } = this.options;
    const account = (await processes.run({ python, cwd: root, environment, command: [python, IDENTITY] })).trim();
    if (account !== ACCOUNT) {
      throw new Error(`refusing to run the CDK CLI: sts get-caller-identity answers account ${account}, the bed's is ${ACCOUNT}`);
    }
  }

  private newDirectory(): string {
    return fs.mkdtempSync(path.join(this.options.root, 'cdk-'));
  }
}

function selection(stacks: readonly string[]): string[] {
  return stacks.length > 0 ? ['--exclusively', ...stacks] : ['--all'];
}

function appOptions(app: CdkApp, directory: string): string[] {
  const context = Object.entries(app.context ?? {}).flatMap(([name, value]) => ['--context', `${name}=${value}`]);
  return ['--app', app.command, '--output', path.join(directory, 'cdk.out'), ...context];
}
