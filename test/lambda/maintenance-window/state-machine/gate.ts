/** The Node.js gate's own replay code, over the table in memory: the other half of the state machine that the replayer is tested against. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

import { Table } from '../../../../lambda/maintenance-window/gate/nodejs/held/table';
import { Replays } from '../../../../lambda/maintenance-window/gate/nodejs/replay/replays';
import type { InMemoryDynamoDb } from './in-memory-dynamodb';
import type { Simulation } from './simulation';

/** Milliseconds. */
const CACHE_TTL = 30_000;
const KEEP_FINISHED = 1_209_600_000;

/** @param step what happens around each operation: it may take time, and be done twice, as by a client that did not hear the acknowledgement */
export function gateOver(database: InMemoryDynamoDb, simulation: Simulation, functionKey: string, step: <T>(work: () => T) => Promise<T>): Replays {
  const client = {
    call: (_service: string, operation: string, input: object) =>
      step(() => {
        try {
          return database.perform(operation, input);
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) {
            throw Object.assign(new Error(error.message), { code: error.name, details: { Item: error.Item } });
          }
          throw error;
        }
      }),
  };
  const settings = { functionKey, cacheTtl: CACHE_TTL, keepFinished: KEEP_FINISHED, logStream: 'stream' };
  return new Replays(new Table(client as never, 't'), settings, () => simulation.now());
}
