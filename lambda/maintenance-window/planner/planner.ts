import type { SSMClient } from '@aws-sdk/client-ssm';

import { createFailedMarker } from '../../contract/custom-resource/custom-resource.json';
import { grammar } from '../../contract/maintenance-window/window.json';
import { deliver, type Environment, type Outcome } from './answer';
import type { Clock } from './clock';
import { checkAdopted, isReadable, Parameters } from './parameters';
import { isWindowParameter, operatorParameterName, type WindowRequest } from './request';

/** Kept back from the invocation's time for telling CloudFormation. */
const ANSWER_MARGIN = 30_000;
/** Kept back from that for the process to end. */
const EXIT_MARGIN = 1_000;

export interface PlannerDependencies {
  readonly ssm: SSMClient;
  readonly clock: Clock;
  readonly environment: Environment;
}

/**
 * Serves one request of CloudFormation and answers it. Any number of deliveries of one request end alike.
 *
 * @throws AnswerNotDelivered when CloudFormation can't be told, so that Lambda invokes again
 */
export async function serve(request: WindowRequest, remaining: number, { ssm, clock, environment }: PlannerDependencies): Promise<Outcome> {
  const end = clock.now() + remaining;
  const budget = Math.max(1, remaining - ANSWER_MARGIN);
  const abort = new AbortController();
  const parameters = new Parameters(ssm, clock, abort.signal);
  const timer = setTimeout(() => abort.abort(), budget);
  const outOfTime = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () =>
      reject(
        new Error(
          `Parameter Store did not serve this within ${budget / 1000} s; ` +
            (parameters.lastError ? `its last answer: ${describe(parameters.lastError)}` : 'it never answered'),
        ),
      ),
    );
  });
  let outcome: Outcome;
  try {
    outcome = { status: 'SUCCESS', physicalResourceId: await Promise.race([run(request, parameters), outOfTime]) };
  } catch (error) {
    outcome = { status: 'FAILED', physicalResourceId: idWhenFailed(request, parameters), reason: describe(error as Error) };
  } finally {
    clearTimeout(timer);
  }
  await deliver(request, outcome, end - EXIT_MARGIN, clock, environment);
  return outcome;
}

function describe({ name, message }: Error): string {
  return name === 'Error' ? message : `${name}: ${message}`;
}

/** CloudFormation deletes what a failed Create names: nothing, unless there may be something. For the rest it wants its own id back. */
function idWhenFailed({ PhysicalResourceId: id }: WindowRequest, { maybeMade }: Parameters): string {
  return id ?? maybeMade ?? createFailedMarker;
}

/** Does what a request asks for and returns the physical id, which is the parameter's name. */
function run(request: WindowRequest, parameters: Parameters): Promise<string> {
  switch (request.RequestType) {
    case 'Create':
      return create(request, parameters);
    case 'Update':
      return update(request, parameters);
    case 'Delete':
      return remove(request, parameters);
    default:
      return Promise.reject(new Error(`RequestType must be Create, Update or Delete, got ${JSON.stringify(request.RequestType)}`));
  }
}

async function create(request: WindowRequest, parameters: Parameters): Promise<string> {
  const name = operatorParameterName(request);
  if (!(await parameters.create(name, grammar.initial))) {
    checkAdopted(name, (await parameters.read(name)) ?? grammar.initial);
  }
  return name;
}

/** A value is the operator's, whatever has changed around it. When the window's name changes, a hold must not end by that. */
async function update(request: WindowRequest, parameters: Parameters): Promise<string> {
  const name = operatorParameterName(request);
  const before = request.PhysicalResourceId;
  await parameters.create(name, before !== undefined && before !== name ? await valueToCarryOver(before, parameters) : grammar.initial);
  return name;
}

async function valueToCarryOver(name: string, parameters: Parameters): Promise<string> {
  const value = isWindowParameter(name) ? await parameters.read(name) : undefined;
  return value !== undefined && isReadable(value) ? value : grammar.initial;
}

async function remove(request: WindowRequest, parameters: Parameters): Promise<string> {
  const id = request.PhysicalResourceId ?? createFailedMarker;
  // An id that is no parameter's is CloudFormation's own, of a Create that it cancelled before it had an answer
  const name = isWindowParameter(id) ? id : request.ResourceProperties?.OperatorParameterName;
  if (id !== createFailedMarker && isWindowParameter(name)) {
    await parameters.remove(name);
  }
  return id;
}
