/** The planner as CloudFormation sees it: requests go in, answers come out, over doubles of the services. */
import { SSMClient } from '@aws-sdk/client-ssm';

import { systemClock } from '../../../../lambda/clock';
import type { CloudFormationRequest } from '../../../../lambda/cloudformation/request';
import { type PlannerDependencies, serve } from '../../../../lambda/maintenance-window/planner/planner';
import { InMemoryDynamoDb } from '../state-machine/in-memory-dynamodb';
import { Answers } from './answers';
import { EventBus } from './event-bus';
import { ParameterStore } from './parameter-store';

export const NAME = '/cdk-patient-lambda/windows/Orders/Window1a2b3c4d/operator';
export const OTHER = '/cdk-patient-lambda/windows/Orders/Renamed5e6f7a8b/operator';
export const STACK_ID = 'arn:aws:cloudformation:us-east-1:000000000000:stack/Orders/1';
export const VARIABLES = {
  PATIENT_LAMBDA_MIRROR: 'cdk-patient-lambda-windows-Orders',
  PATIENT_LAMBDA_STACK_ID: STACK_ID,
  PATIENT_LAMBDA_WINDOWS: 'Window1a2b3c4d,Renamed5e6f7a8b',
};

export class Deployment {
  public static async start(): Promise<Deployment> {
    return new Deployment(await ParameterStore.start(), await Answers.start());
  }

  public readonly mirror = new InMemoryDynamoDb();
  public readonly bus = new EventBus();
  public readonly logged: Record<string, unknown>[] = [];
  private readonly ssm: SSMClient;

  private constructor(
    public readonly store: ParameterStore,
    public readonly answers: Answers,
  ) {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    this.ssm = new SSMClient({ endpoint: store.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  }

  public request(changes: Partial<CloudFormationRequest> = {}): CloudFormationRequest {
    return {
      RequestType: 'Create',
      ResponseURL: `${this.answers.origin}/answer?signature=secret`,
      StackId: STACK_ID,
      RequestId: 'request-1',
      LogicalResourceId: 'Window',
      ResourceType: 'Custom::CdkPatientLambdaWindow',
      ResourceProperties: { OperatorParameterName: NAME },
      ...changes,
    };
  }

  public dependencies(changes: Partial<PlannerDependencies> = {}): PlannerDependencies {
    return {
      ssm: this.ssm,
      dynamodb: this.mirror,
      events: this.bus,
      clock: impatientClock(),
      random: () => 0.5,
      fetch,
      log: (message, details) => this.logged.push({ message, ...details }),
      ...changes,
      environment: { ...VARIABLES, ...(changes.environment ?? { AWS_ENDPOINT_URL: this.answers.origin }) },
    };
  }

  /** The answer to a request. */
  public async plan(changes: Partial<CloudFormationRequest> = {}, remaining = 120_000): Promise<Record<string, string>> {
    await serve(this.request(changes), remaining, this.dependencies());
    return this.answers.last;
  }

  public given(name: string, value: string): void {
    this.store.parameters.set(name, { Name: name, Value: value });
  }

  /** The claims on a parameter. */
  public claims(name: string): string[] {
    return this.store.tags.get(name)?.['cdk-patient-lambda:owners']?.split(' ') ?? [];
  }

  public async stop(): Promise<void> {
    this.ssm.destroy();
    await this.store.stop();
    await this.answers.stop();
  }
}

/** Time passes only by sleeping, so that patience costs none. */
function impatientClock() {
  let time = 1_800_000_000_000;
  return {
    now: () => time,
    sleep: (milliseconds: number) => {
      time += milliseconds;
      return Promise.resolve();
    },
    alarm: (milliseconds: number, signal?: AbortSignal) => systemClock.alarm(milliseconds, signal),
  };
}
