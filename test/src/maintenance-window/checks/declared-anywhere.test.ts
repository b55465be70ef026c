import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { ACCOUNT, declare, type Declared, ENV, PLACES, visibilityStatements } from '../declared';

function withStream(place: () => Declared, named: boolean): Declared {
  const declared = place();
  const stream = new kinesis.Stream(declared.origin, 'Stream', { streamName: named ? 'clicks' : undefined });
  const literal = `arn:aws:kinesis:${ENV.region}:${ACCOUNT}:stream/clicks`;
  declare(declared, { arn: stream.streamArn, literal }, { StartingPosition: 'LATEST', MaximumRetryAttempts: 2 });
  return declared;
}

function withQueue(place: () => Declared, maxReceiveCount: number, named = false): Declared {
  const declared = place();
  const deadLetterQueue = { queue: new sqs.Queue(declared.origin, 'Dead', { fifo: true }), maxReceiveCount };
  const queue = new sqs.Queue(declared.origin, 'Queue', { fifo: true, queueName: named ? 'orders.fifo' : undefined, deadLetterQueue });
  declare(declared, { arn: queue.queueArn, literal: `arn:aws:sqs:${ENV.region}:${ACCOUNT}:orders.fifo` }, {});
  return declared;
}

const isByName = (place: string) => place.includes('source by its name');
const names = Object.keys(PLACES);

test.each(names)('a Kinesis mapping with retryAttempts 2 declared %s is refused', (place) => {
  const { app } = withStream(PLACES[place], isByName(place));
  expect(() => app.synth()).toThrow('retryAttempts 2 are used up before longestWindow');
});

test.each(names)('a FIFO queue with maxReceiveCount 3 mapped %s is refused', (place) => {
  const { app } = withQueue(PLACES[place], 3, isByName(place));
  expect(() => app.synth()).toThrow(
    'its maxReceiveCount of 3 sends them to the dead-letter queue within longestWindow (43200 s), one receive each 1800 s',
  );
});

test.each(names)('the role may hide messages of a FIFO queue mapped %s', (place) => {
  expect(visibilityStatements(withQueue(PLACES[place], 25, isByName(place)))).toHaveLength(1);
});
