/** A window that comes and goes over an environment: events of every size and way in it, and their replays after it. */
import { randomBytes, randomUUID } from 'node:crypto';

import { DEFERRED } from './gate';
import type { Stage } from './stage';
import type { TestEnvironment } from './test-environment';

const SMALL = { Records: [{ eventSource: 'aws:s3', s3: { object: { sequencer: '0A' } } }] };
/** Does not fit into a row. */
const LARGE = { noise: randomBytes(450_000).toString('base64') };
const STREAM = { Records: [{ eventSource: 'aws:kinesis', kinesis: { sequenceNumber: '1' } }] };
const HTTP = { version: '2.0', requestContext: { http: { method: 'GET' } } };

/** What a window that is on does with events: kept, left and rejected. Gives the ids of those that are kept. */
export async function hold(stage: Stage, environment: TestEnvironment): Promise<string[]> {
  const requestIds = [];
  for (const event of [SMALL, LARGE]) {
    const requestId = randomUUID();
    expect(await environment.reply(event, { requestId })).toMatchObject(DEFERRED);
    expect((await stage.row(requestId))!.state.S).toBe('PENDING');
    requestIds.push(requestId);
  }
  expect(await environment.error(STREAM)).toMatchObject({ errorType: 'MaintenanceWindowActive' });
  expect(await environment.reply(HTTP)).toMatchObject({ statusCode: 503 });
  return requestIds;
}

/** What is done with them once it is off. */
export async function replay(stage: Stage, environment: TestEnvironment, requestIds: readonly string[]): Promise<void> {
  for (const requestId of requestIds) {
    await environment.reply(await stage.claim(requestId));
    expect((await stage.row(requestId))!.state.S).toBe('DONE');
  }
}
