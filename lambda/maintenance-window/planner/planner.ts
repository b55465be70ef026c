import type { SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { type Answer, render } from '../../cloudformation/answer';
import { deliver, type Fetch } from '../../cloudformation/delivery';
import type { CloudFormationRequest } from '../../cloudformation/request';
import { createFailedId } from '../../contract/cloudformation/answer.json';
import { grammar } from '../../contract/maintenance-window/window.json';
import type { Environment } from '../../environment';
import { shownError } from '../../thrown';
import { checkAdopted, isReadable, Parameters } from './parameters';
import { isWindowParameter, operatorParameterName, tagsOf } from './request';

/** Kept back from the invocation's time for telling CloudFormation. */
const ANSWER_MARGIN = 30_000;
/** Kept back from that for the process to end. */
const EXIT_MARGIN = 1_000;

export interface PlannerDependencies {
  readonly ssm: SSMClient;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly environment: Environment;
}

/**
 * Serves one request of CloudFormation and answers it. Any number of deliveries of one request end alike.
 *
 * @throws Unanswered when CloudFormation can't be told, so that Lambda invokes again
 */
export async function serve(
  request: CloudFormationRequest,
  remaining: number,
  { ssm, clock, fetch, environment }: PlannerDependencies,
): Promise<Answer> {
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
            (parameters.lastError ? `its last answer: ${shownError(parameters.lastError)}` : 'it never answered'),
        ),
      ),
    );
  });
  let answer: Answer;
  try {
    answer = { status: 'SUCCESS', physicalResourceId: await Promise.race([run(request, parameters), outOfTime]) };
  } catch (error) {
    answer = { status: 'FAILED', physicalResourceId: idWhenFailed(request, parameters), reason: shownError(error) };
  } finally {
    clearTimeout(timer);
  }
  await deliver({
    url: request.ResponseURL,
    answer,
    body: render(request, answer),
    until: end - EXIT_MARGIN,
    clock,
    fetch,
    environment,
    mask: (text) => text.replaceAll(request.ResponseURL, 'the ResponseURL'),
  });
  return answer;
}

/** CloudFormation deletes what a failed Create names: nothing, unless there may be something. For the rest it wants its own id back. */
function idWhenFailed({ PhysicalResourceId: id }: CloudFormationRequest, { maybeMade }: Parameters): string {
  return id ?? maybeMade ?? createFailedId;
}

/** Does what a request asks for and returns the physical id, which is the parameter's name. */
function run(request: CloudFormationRequest, parameters: Parameters): Promise<string> {
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

async function create(request: CloudFormationRequest, parameters: Parameters): Promise<string> {
  const name = operatorParameterName(request);
  const tags = tagsOf(request);
  if (await parameters.create(name, grammar.initial)) {
    parameters.maybeMade = name; // the Delete after a failure from here on has something to remove
  } else {
    checkAdopted(name, (await parameters.read(name)) ?? grammar.initial);
  }
  await parameters.tag(name, tags);
  return name;
}

/** A value is the operator's, whatever has changed around it. When the window's name changes, a hold must not end by that. */
async function update(request: CloudFormationRequest, parameters: Parameters): Promise<string> {
  const name = operatorParameterName(request);
  const tags = tagsOf(request);
  const before = request.PhysicalResourceId;
  await parameters.create(name, before !== undefined && before !== name ? await valueToCarryOver(before, parameters) : grammar.initial);
  await parameters.tag(name, tags);
  return name;
}

async function valueToCarryOver(name: string, parameters: Parameters): Promise<string> {
  const value = isWindowParameter(name) ? await parameters.read(name) : undefined;
  return value !== undefined && isReadable(value) ? value : grammar.initial;
}

async function remove(request: CloudFormationRequest, parameters: Parameters): Promise<string> {
  const id = request.PhysicalResourceId ?? createFailedId;
  // An id that is not a parameter's is CloudFormation's own, of a Create that it cancelled before it had an answer
  const name = isWindowParameter(id) ? id : request.ResourceProperties.OperatorParameterName;
  if (id !== createFailedId && isWindowParameter(name)) {
    await parameters.remove(name);
  }
  return id;
}
