/** Where the demo's events come from and which function they are for. */
const SOURCES = ['s3', 'sqs', 'kinesis', 'sns', 'eventbridge', 'api'] as const;
/** What the demo sends orders through; `direct`: Invoke, asynchronously. */
export type OrderSource = (typeof SOURCES)[number] | 'direct';
/** `provider`: a deployment, by the CDK's Provider. */
export type Source = OrderSource | 'provider';

/** Those that have each of the sources. */
export const FUNCTIONS = ['PythonOrders', 'NodejsOrders'] as const;
export type FunctionName = (typeof FUNCTIONS)[number] | 'StreamingOrders' | 'Migrate';

/** One source of one function. */
export interface Lane {
  readonly fn: FunctionName;
  readonly source: Source;
}

export interface OrderLane extends Lane {
  readonly source: OrderSource;
}

const ORDER_LANES: readonly OrderLane[] = [
  ...SOURCES.flatMap((source) => FUNCTIONS.map((fn) => ({ fn, source }))),
  { fn: 'StreamingOrders', source: 'direct' },
];

export const LANES: readonly Lane[] = [...ORDER_LANES, { fn: 'Migrate', source: 'provider' }];

/** Deals orders out in turn: order n goes to lane n modulo the number of their lanes. */
export function laneOf(n: number): OrderLane {
  return ORDER_LANES[n % ORDER_LANES.length];
}

/** What the demo knows of an event that it sent. */
export interface SentEvent {
  readonly id: string;
  readonly lane: Lane;
  /** Epoch milliseconds at which the source had taken it. */
  readonly sentAt: number;
  /** What the handler must find: sha256 of the payload, for S3 the object's eTag. */
  readonly digest: string;
  /** The function answered 503, or the deployment failed because of the window: the caller was told to come back, the event was not kept. */
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
