/** Code that nobody waits for any more, and the request that comes after it. */
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';

import { type Cause, type FunctionName, PLACES, TYPES } from './causes';
import { type Case, oneCase } from './requests';
import type { Answer } from './response-urls';
import type { Stand } from './stand';

/** Seconds. The deadline is at four fifths of it; what is left then is enough for an answer on a busy machine. */
const SERVICE_TIMEOUT = 40;

/** Seconds since CloudFormation signed the ResponseURL, so that the deadline is near: 6 s away, and 18 s for what first sleeps for 12.5 s. */
const LONG_AGO = 26;
const SOME_TIME_AGO = 14;

/** A request that was cut off, and what the next one found that the same environment could have run. */
export interface CutOff {
  readonly aCase: Case;
  /** How often code ran before and during the next request. */
  readonly next: NonNullable<Answer['Data']>;
}

/** Every type of request at every place is cut off by its deadline, on a function that runs one execution at a time. */
export async function cutOff(stand: Stand, name: FunctionName, failure: string): Promise<readonly CutOff[]> {
  await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: stand.nameOf(name), ReservedConcurrentExecutions: 1 }));
  const results: CutOff[] = [];
  for (const place of PLACES) {
    for (const type of TYPES) {
      const signedAgo = type === 'Delete' && place === 'on a hop' ? SOME_TIME_AGO : LONG_AGO;
      const cause: Cause = {
        what: 'the deadline passes',
        failure,
        function: name,
        properties: { ServiceTimeout: String(SERVICE_TIMEOUT) },
        signedAgo,
      };
      const aCase = oneCase(cause, type, place);
      await stand.send(aCase);
      await stand.answered(aCase);
      const next = oneCase({ what: 'the next request', failure: 'tells what runs', function: name }, 'Create', 'on the first execution');
      await stand.send(next);
      results.push({ aCase, next: (await stand.answered(next)).answer.Data! });
    }
  }
  return results;
}
