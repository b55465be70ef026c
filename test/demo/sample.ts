import { type Execution, laneOf, type SentEvent } from '../../demo/lanes';
import type { Operation } from '../../demo/operation';

/** An event as sent, the nth of a row. */
export function sentEvent(n: number, overrides: Partial<SentEvent> = {}): SentEvent {
  return { id: `order-${n}`, lane: laneOf(n), sentAt: 1_000_000 + n * 100, digest: `digest-${n}`, refused: false, ...overrides };
}

/** What a handler records when it runs that event once. */
export function execution(n: number, overrides: Partial<Execution> = {}): Execution {
  return { id: `order-${n}`, executions: 1, digests: [`digest-${n}`], executedAt: 1_000_050 + n * 100, replayed: false, ...overrides };
}

/** The creation of a custom resource: 50 seconds in five executions of ten seconds, a poll each second, one answer. */
export function operation(overrides: Partial<Operation> = {}): Operation {
  const startedAt = 1_000_000;
  return {
    startedAt,
    hops: [0, 1, 2, 3, 4].map((n) => ({ startedAt: startedAt + n * 10_000 + 50, endedAt: startedAt + (n + 1) * 10_000 })),
    polls: Array.from({ length: 49 }, (_, n) => startedAt + (n + 1) * 1000),
    answers: [{ at: startedAt + 49_990, status: 'SUCCESS' }],
    ...overrides,
  };
}
