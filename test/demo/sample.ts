import { laneOf, type Execution, type SentEvent } from '../../demo/lanes';

/** An event as sent, the nth of a row. */
export function sentEvent(n: number, overrides: Partial<SentEvent> = {}): SentEvent {
  return { id: `order-${n}`, lane: laneOf(n), sentAt: 1_000_000 + n * 100, digest: `digest-${n}`, refused: false, ...overrides };
}

/** What a handler records when it runs that event once. */
export function execution(n: number, overrides: Partial<Execution> = {}): Execution {
  return { id: `order-${n}`, executions: 1, digests: [`digest-${n}`], executedAt: 1_000_050 + n * 100, replayed: false, ...overrides };
}
