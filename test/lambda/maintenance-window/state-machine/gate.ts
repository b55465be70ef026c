/** The Node.js gate's own replay code, over the table in memory: the other half of the state machine that the replayer is tested against. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { environment } from '../../../../lambda/contract/names.json';
import { AwsError } from '../../../../lambda/maintenance-window/layer/nodejs/aws-client';
import { Runs } from '../../../../lambda/maintenance-window/layer/nodejs/replay';
import { readSettings } from '../../../../lambda/maintenance-window/layer/nodejs/settings';
import { Table } from '../../../../lambda/maintenance-window/layer/nodejs/table';
import type { InMemoryDynamoDb } from './in-memory-dynamodb';
import type { Simulation } from './simulation';

/**
 * @param step what happens around each operation: it may take time, and lose the acknowledgement by doing it twice, as a client that repeats does
 */
export function gateOver(
  database: InMemoryDynamoDb, simulation: Simulation, functionKey: string, step: <T>(work: () => T) => Promise<T>,
): Runs {
  const settings = readSettings({
    [environment.operatorParameter]: '/w/operator', [environment.table]: 't', [environment.functionKey]: functionKey, [environment.cacheTtl]: '30',
  });
  const client = {
    call: (_service: string, operation: string, input: object) => step(() => {
      try {
        return database.perform(operation, input);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          throw new AwsError('ConditionalCheckFailedException', error.message, false, { Item: error.Item });
        }
        throw error;
      }
    }),
  };
  return new Runs(new Table(client as never, 't'), settings, () => simulation.now());
}
