/** Serves CloudFormation's requests for maintenance windows. */
import type { SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { type Answer, render } from '../../cloudformation/answer';
import { deliver, type Fetch } from '../../cloudformation/delivery';
import type { CloudFormationRequest } from '../../cloudformation/request';
import { createFailedId } from '../../contract/cloudformation/answer.json';
import type { Environment } from '../../environment';
import { shownError } from '../../thrown';
import type { Log } from './log';
import { Mirror, type MirrorClients } from './mirror';
import { Parameters } from './parameters';
import { readSettings } from './settings';
import { WindowRequest } from './window-request';

/** Kept back from the invocation's time for telling CloudFormation. */
const ANSWER_MARGIN = 30_000;
/** Kept back from that for the process to end. */
const EXIT_MARGIN = 1_000;

export interface PlannerDependencies extends MirrorClients {
  readonly ssm: SSMClient;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly environment: Environment;
  readonly log: Log;
}

/**
 * Serves one request of CloudFormation and answers it. Any number of deliveries of one request end alike.
 *
 * @throws Unanswered when CloudFormation can't be told, so that Lambda invokes again
 */
export async function serve(request: CloudFormationRequest, remaining: number, dependencies: PlannerDependencies): Promise<Answer> {
  const { ssm, clock, random, fetch, environment } = dependencies;
  const end = clock.now() + remaining;
  const budget = Math.max(1, remaining - ANSWER_MARGIN);
  const abort = new AbortController();
  const parameters = new Parameters(ssm, clock, random, abort.signal);
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
    answer = { status: 'SUCCESS', physicalResourceId: await Promise.race([run(request, parameters, clock.now() + budget, dependencies), outOfTime]) };
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
async function run(
  request: CloudFormationRequest,
  parameters: Parameters,
  until: number,
  { environment, log, clock, random, ...clients }: PlannerDependencies,
): Promise<string> {
  const settings = readSettings(environment);
  const mirror = new Mirror(clients, settings.mirror, clock, random);
  const windowRequest = new WindowRequest(request, { parameters, settings, mirror, clock, log, until });
  switch (request.RequestType) {
    case 'Create':
      return windowRequest.create();
    case 'Update':
      return windowRequest.update();
    case 'Delete':
      return windowRequest.remove();
    default:
      throw new Error(`RequestType must be Create, Update or Delete, got ${JSON.stringify(request.RequestType)}`);
  }
}
