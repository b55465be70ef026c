/** Code that nobody waits for any more, and the request that comes after it. */
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';

import { times } from '../../../../lambda/contract/custom-resource/custom-resource.json';
import { type Cause, type FunctionName, type Place, PLACES, type RequestType, TYPES } from './causes';
import { type Case, oneCase } from './requests';
import type { Answer } from './response-urls';
import type { Stand } from './stand';

/** Seconds: so many that a whole minute is kept for the answer, which thereby finds CloudFormation waiting on a busy machine too. */
const SERVICE_TIMEOUT = 300;
const DEADLINE = SERVICE_TIMEOUT - times.reserve.most / 1000;

/**
 * Seconds from the request to its deadline, tried in turn until the code has begun in time to be cut off. Within an execution of 30 s the deadline
 * has to come before the margin, 24 s after it started.
 */
const TIME_TO_BEGIN = [6, 12, 20];

/** Seconds more for what first sleeps for 24.5 s. */
const FIRST_SLEEP = 24;

/** Milliseconds before the deadline at which an execution that starts surely calls the handler before it. */
const SURELY = 2000;

/** A request that was cut off, and what the next one found that the same environment could have run. */
export interface CutOff {
  readonly aCase: Case;
  /** How often code ran before and during the next request. */
  readonly next: NonNullable<Answer['Data']>;
}

/** Every type of request at every place is cut off by its deadline, on a function that runs one execution at a time; for each what came of it. */
export async function cutOff(stand: Stand, name: FunctionName, failure: string): Promise<readonly (CutOff | Error)[]> {
  await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: stand.nameOf(name), ReservedConcurrentExecutions: 1 }));
  const results: (CutOff | Error)[] = [];
  for (const place of PLACES) {
    for (const type of TYPES) {
      results.push(await cutOffOne(stand, name, failure, type, place).catch((error: Error) => error));
    }
  }
  return results;
}

/** Each request finds the function at rest: with one execution at a time it would be throttled, and might come back when it has closed. */
async function cutOffOne(stand: Stand, name: FunctionName, failure: string, type: RequestType, place: Place): Promise<CutOff> {
  for (const seconds of TIME_TO_BEGIN) {
    const left = seconds + (type === 'Delete' && place === 'on a hop' ? FIRST_SLEEP : 0);
    const cause: Cause = {
      what: 'the deadline passes',
      failure,
      function: name,
      properties: { ServiceTimeout: String(SERVICE_TIMEOUT) },
      signedAgo: DEADLINE - left,
    };
    const aCase = oneCase(cause, type, place);
    await stand.free(name);
    const deadline = Date.now() + left * 1000;
    await stand.send(aCase);
    await stand.answered(aCase);
    const begun = stand.executions(aCase).filter(({ functionName }) => functionName === stand.nameOf(name));
    if (begun.length === (place === 'on a hop' ? 2 : 1) && begun.at(-1)!.start! < deadline - SURELY) {
      const next = oneCase({ what: 'the next request', failure: 'tells what runs', function: name }, 'Create', 'on the first execution');
      await stand.free(name);
      await stand.send(next);
      return { aCase, next: (await stand.answered(next)).answer.Data! };
    }
  }
  throw new Error(`${name}, ${type} ${place}: the machine was too slow, the code had not begun ${TIME_TO_BEGIN.at(-1)} s after the request`);
}
