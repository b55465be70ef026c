/** Whole operations in one process, for unit tests of handlers: `cdk-patient-lambda/handler/testing`. */
import type { Clock } from '../../../../clock';
import type { Answer } from '../../../../cloudformation/answer';
import type { CloudFormationRequest } from '../../../../cloudformation/request';
import { execute } from '../operation/execution';
import type { AwsCalls } from '../operation/platform';
import { captureUncaught } from '../operation/uncaught';
import { signingDate } from '../protocol/times';
import type { Definition } from '../types';
import { SimulatedClock } from './simulated-clock';

export type { Clock } from '../../../../clock';
export type { Answer } from '../../../../cloudformation/answer';
export type { CloudFormationRequest } from '../../../../cloudformation/request';
export type { Json } from '../../../../json';
export { SimulatedClock } from './simulated-clock';

export interface RunOptions {
  /**
   * Time.
   *
   * @default - simulated: it begins when the request was signed, else now, and jumps over every sleep;
   * a handler that does not settle within a second is taken to hang
   */
  readonly clock?: Clock;
  /**
   * Takes the answer.
   *
   * @default - takes every answer
   */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * Seconds of one execution.
   *
   * @default 900
   */
  readonly executionTimeoutSeconds?: number;
  /**
   * Values by the names or ARNs of secrets; an object stands for its JSON.
   *
   * @default - there are no secrets
   */
  readonly secrets?: Readonly<Record<string, string | object>>;
  /**
   * The stack's status, as often as it is read.
   *
   * @default CREATE_IN_PROGRESS, UPDATE_IN_PROGRESS or DELETE_IN_PROGRESS
   */
  readonly stackStatus?: () => string;
  /**
   * Environment variables of the runtime.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Takes each line of the log.
   *
   * @default - dropped
   */
  readonly log?: (line: string) => void;
}

export interface OperationReport {
  /** What CloudFormation was told; absent when it was told nothing. */
  readonly answer?: Answer;
  /** How many executions of the function it took. */
  readonly executions: number;
  /** What crossed from each execution to the next. */
  readonly payloads: readonly string[];
  /** Whether the process had to exit: code of the handler still ran after the end of its execution, or threw an error that nobody caught. */
  readonly exited: boolean;
  /** Why the last execution failed, when it did: the deployed function would leave the answer to the responder. */
  readonly error?: Error;
}

const STACK = 'arn:aws:cloudformation:us-east-1:111122223333:stack/stack/00000000-0000-4000-8000-000000000000';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:handler';

/**
 * Runs one request from its delivery to its answer: all its executions, without AWS and without waiting.
 * Of several that run at once, the first sees what nobody catches.
 *
 * @param handler what `customResource` made, of whichever copy of the runtime: a bundle's, an ES module's, CommonJS's
 * @param event the request; what is missing is made up, except the type
 */
export async function runOperation(
  handler: { readonly definition: object },
  event: Partial<CloudFormationRequest> & Pick<CloudFormationRequest, 'RequestType'>,
  options: RunOptions = {},
): Promise<OperationReport> {
  // A request that was recorded is as young as it was then
  const clock = options.clock ?? new SimulatedClock(signingDate(event.ResponseURL ?? ''));
  const payloads: string[] = [];
  let answer: Answer | undefined;
  let exited = false;
  let error: Error | undefined;
  const take = async (url: string, init: RequestInit) => {
    const response = await (options.fetch ?? (() => Promise.resolve(new Response(null, { status: 200 }))))(url, init);
    if (response.ok) {
      answer ??= readAnswer(init);
    }
    return response;
  };
  const platform = {
    clock,
    fetch: take,
    aws: awsCalls(event.RequestType, options, payloads),
    environment: options.environment ?? {},
    write: options.log ?? (() => undefined),
    exit: () => {
      exited = true;
    },
    // Where another operation, or the test runner, has the place, that gets it
    catchUncaught: (caught: (error: unknown) => void) => captureUncaught(caught) ?? (() => undefined),
  };
  let executions = 0;
  let payload: string | undefined = JSON.stringify(complete(event));
  while (payload !== undefined && !error && !exited) {
    executions += 1;
    const endsAt = clock.now() + (options.executionTimeoutSeconds ?? 900) * 1000;
    const log = { logGroup: '/aws/lambda/handler', logStream: `execution-${executions}` };
    const invocation = { event: JSON.parse(payload) as unknown, functionArn: FUNCTION, endsAt, ...log };
    await execute(handler.definition as Definition, invocation, platform).catch((reason: Error) => {
      error = reason;
    });
    payload = payloads[executions - 1];
  }
  return { answer, executions, payloads, exited, error };
}

function complete(event: Partial<CloudFormationRequest>): CloudFormationRequest {
  return {
    ResponseURL: 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/answer',
    StackId: STACK,
    RequestId: '11111111-1111-4111-8111-111111111111',
    LogicalResourceId: 'Resource',
    ResourceType: 'Custom::Resource',
    ResourceProperties: {},
    ...(event.RequestType === 'Create' ? {} : { PhysicalResourceId: 'id' }),
    ...(event.RequestType === 'Update' ? { OldResourceProperties: {} } : {}),
    ...event,
  } as CloudFormationRequest;
}

const STATUS = { Create: 'CREATE_IN_PROGRESS', Update: 'UPDATE_IN_PROGRESS', Delete: 'DELETE_IN_PROGRESS' };

function awsCalls(type: CloudFormationRequest['RequestType'], { secrets = {}, stackStatus }: RunOptions, payloads: string[]): AwsCalls {
  return {
    invoke: (_, payload) => {
      payloads.push(payload);
      return Promise.resolve();
    },
    prepareInvoke: () => undefined,
    readStack: () => Promise.resolve({ status: stackStatus?.() ?? STATUS[type] }),
    readSecret: ({ secretId }) => {
      const value = Object.hasOwn(secrets, secretId) ? secrets[secretId] : undefined;
      return value === undefined
        ? Promise.reject(new Error(`runOperation was given no secret '${secretId}'`))
        : Promise.resolve({ value: typeof value === 'string' ? value : JSON.stringify(value), versionId: '00000000-0000-4000-8000-000000000001' });
    },
  };
}

function readAnswer({ body }: RequestInit): Answer {
  const { Status, PhysicalResourceId, Reason, Data, NoEcho } = JSON.parse(Buffer.from(body as Uint8Array).toString()) as Record<string, never>;
  return {
    status: Status,
    physicalResourceId: PhysicalResourceId,
    ...(Reason === undefined ? {} : { reason: Reason }),
    ...(Data === undefined ? {} : { data: Data }),
    ...(NoEcho === undefined ? {} : { noEcho: NoEcho }),
  };
}
