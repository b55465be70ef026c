import type { Handed, Harness } from '../harness';

/** What the rows of the trigger table are tried on. */
export interface Scene {
  readonly bed: Harness;
  /** The function's unqualified ARN. */
  readonly fn: string;
  /** The ARN of its alias of version 1. */
  readonly live: string;
}

/** Causes what the row is about, checks the event and where the answer goes, and returns what the data plane was handed. */
export type Row = (scene: Scene) => Promise<Handed>;

export const from = (door: string) => (handed: Handed) => handed.door === door;
