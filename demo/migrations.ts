import { createHash } from 'node:crypto';

import { GetFunctionConfigurationCommand, LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';

import type { Bed, CdkApp } from '../local/bed';
import type { SentEvent } from './lanes';

const STACK = 'Migration';
/** What the gate's refusal says, as CloudFormation and so the command line repeat it. */
const REFUSED = 'A maintenance window is on';

/** The example's migrations: deployments whose custom resource is a guarded function behind the CDK's Provider. */
export class Migrations {
  private last: CdkApp;

  constructor(
    private readonly bed: Bed,
    private readonly app: CdkApp,
    private readonly providerArn: string,
  ) {
    this.last = app;
  }

  /**
   * Where the Provider's framework answers CloudFormation: by HTTPS, at the port of HTTPS, which on AWS is S3. On the bed that is the one address.
   * Nothing else of the framework, which is code of the CDK's, is touched.
   */
  async answerToTheBed(): Promise<void> {
    const lambda = new LambdaClient(this.bed.clientConfig);
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: this.providerArn }));
    const { hostname, port } = new URL(this.bed.endpoint);
    const code = `import http from 'node:http';
      import https from 'node:https';
      const { request } = https;
      https.request = (options, ...more) =>
        options.hostname === '${hostname}' && !options.port ? http.request({ ...options, port: ${port} }, ...more) : request(options, ...more);`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(code)}`;
    const Variables = { ...Environment?.Variables, NODE_OPTIONS };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: this.providerArn, Environment: { Variables } }));
  }

  /**
   * Deploys a migration.
   *
   * @returns as refused when the window made the deployment fail
   * @throws Error when it failed for another reason
   */
  async deploy(id: string): Promise<SentEvent> {
    this.last = { ...this.app, context: { ...this.app.context, migration: id } };
    const event = {
      id,
      lane: { fn: 'Migrate', source: 'provider' },
      sentAt: Date.now(),
      digest: createHash('sha256').update(id).digest('hex'),
    } as const;
    try {
      await this.bed.deploy(this.last, STACK);
      return { ...event, refused: false };
    } catch (error) {
      if (!(error as Error).message.includes(REFUSED)) {
        throw error;
      }
      return { ...event, refused: true };
    }
  }

  /** What is wrong with how CloudFormation was answered: of each request, once. */
  complaints(): string[] {
    const answers = this.bed.answers().filter(({ logicalId }) => logicalId.startsWith('Migration'));
    const requests = new Map(answers.map((answer) => [answer.requestId, answer.requestType]));
    return [...requests]
      .map(([requestId, requestType]) => ({ requestType, count: answers.filter((answer) => answer.requestId === requestId).length }))
      .filter(({ count }) => count !== 1)
      .map(({ requestType, count }) => `the ${requestType} of a migration was answered ${count} times`);
  }

  async remove(): Promise<void> {
    await this.bed.destroy(this.last, STACK);
  }
}
