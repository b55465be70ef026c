import { Aspects, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { fifoQueuesStatement } from '../parts/permissions';
import { warnWithoutFailureDestination } from './destination-checks';
import { hidesMessages, mappingsOf } from './event-sources';

/** Does what depends on the event sources of a function, once the app has added them all. */
export function eventSourceAspect(fn: lambda.Function, grant: (statements: iam.PolicyStatement[]) => void): void {
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      if (node === fn) {
        grantVisibility(fn, grant);
        warnWithoutFailureDestination(fn);
      }
    },
  });
}

/** Messages that are left in a FIFO queue stay invisible for longer than one attempt. */
function grantVisibility(fn: lambda.Function, grant: (statements: iam.PolicyStatement[]) => void): void {
  const queues = mappingsOf(fn)
    .filter((mapping) => hidesMessages(fn, mapping))
    .map(({ poller }) => poller.eventSourceArn!);
  if (queues.length > 0) {
    const once = [...new Map(queues.map((arn) => [JSON.stringify(Stack.of(fn).resolve(arn)), arn])).values()];
    grant([fifoQueuesStatement(once)]);
  }
}
