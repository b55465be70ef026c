/** The mirror's services in memory, and time that passes only by sleeping. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../../../lambda/clock';
import { readItem } from '../../../../lambda/maintenance-window/mirror/item';
import type { FoundItem } from '../../../../lambda/maintenance-window/mirror/mirrored';
import { operatorParameterOf, plannedParameterOf } from '../../../../lambda/maintenance-window/mirror/parameter-names';
import { Mirror } from '../../../../lambda/maintenance-window/planner/mirror';
import type { Outcome } from '../../../../lambda/maintenance-window/planner/mirrored-window';
import { InMemoryDynamoDb } from '../state-machine/in-memory-dynamodb';
import { EventBus } from './event-bus';
import { InMemoryParameters } from './in-memory-parameters';

export const STACK = 'Orders';
export const TABLE = `cdk-patient-lambda-windows-${STACK}`;
export const START = Date.parse('2027-01-10T03:00:00Z');

export const windowNamed = (window: string) => ({ stack: STACK, window });
export const operatorOf = (window: string) => operatorParameterOf(windowNamed(window));
export const plannedOf = (window: string) => plannedParameterOf(windowNamed(window));

/** An error as a service answers it. */
export function refusal(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode } });
}

export class MirrorWorld {
  now = START;
  readonly parameters = new InMemoryParameters(() => this.now);
  readonly dynamodb = new InMemoryDynamoDb();
  readonly bus = new EventBus();
  readonly clock: Clock = {
    now: () => this.now,
    sleep: (milliseconds) => {
      this.now += milliseconds;
      return Promise.resolve();
    },
    alarm: () => new Promise(() => undefined),
  };
  readonly mirror = this.newMirror();

  newMirror(): Mirror {
    const clients = {
      ssm: this.parameters as unknown as SSMClient,
      dynamodb: this.dynamodb as unknown as DynamoDBClient,
      events: this.bus as unknown as EventBridgeClient,
    };
    return new Mirror(clients, TABLE, this.clock, () => 0.5);
  }

  /** One round over these windows. */
  round(...windows: string[]): Promise<Outcome[]> {
    return this.mirror.mirror(windows.map(windowNamed), this.now + 50_000);
  }

  item(window: string): FoundItem | undefined {
    const item = this.dynamodb.item(operatorOf(window));
    return item && readItem(item);
  }

  get told(): string[] {
    return this.bus.told.map(({ type, detail }) => `${type.replace('Maintenance Window ', '')} ${detail.window as string}`);
  }
}
