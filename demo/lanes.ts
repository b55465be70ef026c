/** Where the demo's events come from and which function they are for. */
const SOURCES = ['s3', 'sqs', 'kinesis', 'sns', 'eventbridge', 'api'] as const;
/** `direct`: Invoke, asynchronously. */
export type Source = (typeof SOURCES)[number] | 'direct';

/** Those that have each of the sources. */
export const FUNCTIONS = ['PythonOrders', 'NodejsOrders'] as const;
export type FunctionName = (typeof FUNCTIONS)[number] | 'StreamingOrders';

/** One source of one function. */
export interface Lane {
  readonly fn: FunctionName;
  readonly source: Source;
}

export const LANES: readonly Lane[] = [
  ...SOURCES.flatMap((source) => FUNCTIONS.map((fn) => ({ fn, source }))),
  { fn: 'StreamingOrders', source: 'direct' },
];

/** Deals `total` events out in turn: event n goes to lane n modulo the number of lanes. */
export function laneOf(n: number): Lane {
  return LANES[n % LANES.length];
}

/** What the demo knows of an event that it sent. */
export interface SentEvent {
  readonly id: string;
  readonly lane: Lane;
  /** Epoch milliseconds at which the source had taken it. */
  readonly sentAt: number;
  /** What the handler must find: sha256 of the payload, for S3 the object's eTag. */
  readonly digest: string;
  /** The function answered 503: the caller was told to come back, the event was not kept. */
  readonly refused: boolean;
}

/** What a handler recorded, from the example's table. */
export interface Execution {
  readonly id: string;
  readonly executions: number;
  readonly digests: readonly string[];
  readonly executedAt: number;
  readonly replayed: boolean;
}
