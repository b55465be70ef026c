import { type AcceptedEvent, AsynchronousQueue } from '../../../local/data-plane/asynchronous-queue';
import type { AttemptEvent } from '../../../local/data-plane/attempt';
import { Concurrency, type ConcurrencySlot } from '../../../local/data-plane/concurrency';
import type { InvocationResult } from '../../../local/data-plane/environment';
import type { EventOutcome } from '../../../local/data-plane/event-outcome';
import type { FunctionConfiguration } from '../../../local/data-plane/function-configuration';
import { type BedEvent, type InvocationRecord, Records } from '../../../local/data-plane/records';
import { ServiceError } from '../../../local/data-plane/service-error';
import { DeclaredFunctions } from './functions';
import { ManualClock, quiet } from './manual-clock';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const OK: InvocationResult = { payload: Buffer.from('"ok"'), contentType: 'application/json', executedVersion: '$LATEST', logTail: Buffer.alloc(0) };
const FAILED: InvocationResult = { ...OK, payload: Buffer.from('{"errorType":"E","errorMessage":"no"}'), errorType: 'E' };

/** The queue with a clock of its own and an executor that answers as told. */
class Bench {
  readonly clock = new ManualClock();
  readonly functions = new DeclaredFunctions();
  readonly records = new Records();
  readonly events: BedEvent[] = [];
  readonly runs: { readonly at: number; readonly event: AttemptEvent; readonly record: InvocationRecord }[] = [];
  readonly outcomes: EventOutcome[] = [];
  readonly reports: string[] = [];
  readonly concurrency: Concurrency;
  readonly queue: AsynchronousQueue;
  private readonly began = this.clock.now();

  constructor(
    private readonly answer: (run: number, event: AttemptEvent) => InvocationResult | Promise<InvocationResult> = () => OK,
    { timeScale = 1, accountConcurrency = 10 } = {},
  ) {
    this.records.follow((event) => this.events.push(event));
    this.concurrency = new Concurrency(accountConcurrency);
    this.queue = new AsynchronousQueue({
      functions: this.functions,
      concurrency: this.concurrency,
      clock: this.clock,
      timeScale,
      attempts: { records: this.records, run: (...args) => this.run(...args) },
      destinations: { deliver: async (outcome) => void this.outcomes.push(outcome) },
      report: (line) => this.reports.push(line),
    });
  }

  async add(functionName: string, more: Partial<AcceptedEvent> = {}): Promise<void> {
    const { qualifier = '' } = more;
    const configuration = await this.functions.configuration(functionName, qualifier);
    this.queue.add(configuration, { requestId: 'r-1', functionName, qualifier, door: 'invoke', payload: Buffer.from('{"a":1.0}'), ...more });
    await this.clock.advance(0);
  }

  /** When each run began, in milliseconds after the first. */
  get times(): number[] {
    return this.runs.map(({ at }) => at);
  }

  private async run(_: FunctionConfiguration, event: AttemptEvent, slot: ConcurrencySlot, record: InvocationRecord): Promise<InvocationResult> {
    this.runs.push({ at: this.clock.now() - this.began, event, record });
    try {
      return await this.answer(this.runs.length, event);
    } finally {
      slot.release();
    }
  }
}

describe('function errors', () => {
  test('are retried after one and two minutes under one request id, then the event is given up', async () => {
    const bench = new Bench(() => FAILED);
    await bench.add(bench.functions.declare('f'));
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0, MINUTE, 3 * MINUTE]);
    expect(bench.runs.map(({ event }) => event.requestId)).toEqual(['r-1', 'r-1', 'r-1']);
    expect(bench.runs.map(({ record }) => record.attempt)).toEqual([1, 2, 3]);
    expect(new Set(bench.runs.map(({ event }) => event.traceId)).size).toBe(1);
    expect(bench.outcomes).toMatchObject([{ requestId: 'r-1', condition: 'RetriesExhausted', invokeCount: 3, status: 200, result: FAILED }]);
    expect(bench.queue.size).toBe(0);
  });

  test('are retried as often as the configuration of the called qualifier says', async () => {
    const bench = new Bench(() => FAILED);
    bench.functions.declare('f', { eventInvokeConfig: { maximumRetryAttempts: 2 } });
    bench.functions.declare('f', { qualifier: 'live', eventInvokeConfig: { maximumRetryAttempts: 0 } });
    await bench.add('f', { qualifier: 'live' });
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0]);
    expect(bench.outcomes).toMatchObject([{ condition: 'RetriesExhausted', invokeCount: 1 }]);
  });

  test('end with the first success', async () => {
    const bench = new Bench((run) => (run === 1 ? FAILED : OK));
    await bench.add(bench.functions.declare('f'));
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0, MINUTE]);
    expect(bench.outcomes).toMatchObject([{ condition: 'Success', invokeCount: 2, result: OK }]);
  });

  test('follow the configuration of the moment, not that of the first attempt', async () => {
    const bench = new Bench(() => FAILED);
    await bench.add(bench.functions.declare('f'));
    bench.functions.declare('f', { eventInvokeConfig: { maximumRetryAttempts: 1 } });
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0, MINUTE]);
  });

  test('whose retry would come after the maximum age are given up at once', async () => {
    const bench = new Bench(() => FAILED);
    await bench.add(bench.functions.declare('f', { eventInvokeConfig: { maximumEventAgeInSeconds: 120 } }));
    await bench.clock.advance(MINUTE);
    expect(bench.times).toEqual([0, MINUTE]);
    expect(bench.outcomes).toMatchObject([{ condition: 'EventAgeExceeded', invokeCount: 2 }]);
  });
});

describe('the time scale', () => {
  test('divides retry delays and event age', async () => {
    const bench = new Bench(() => FAILED, { timeScale: 60 });
    await bench.add(bench.functions.declare('f'));
    await bench.clock.advance(MINUTE);
    expect(bench.times).toEqual([0, SECOND, 3 * SECOND]);
    const aged = new Bench(() => FAILED, { timeScale: 60 });
    await aged.add(aged.functions.declare('f', { eventInvokeConfig: { maximumEventAgeInSeconds: 90 } }));
    await aged.clock.advance(MINUTE);
    expect(aged.times).toEqual([0, SECOND]);
    expect(aged.outcomes).toMatchObject([{ condition: 'EventAgeExceeded' }]);
  });
});

describe('throttles', () => {
  test('are backed off from 1 s, doubled, and count neither as attempt nor as run', async () => {
    const bench = new Bench(() => OK, { accountConcurrency: 1 });
    const slot = bench.concurrency.tryAcquire({ functionArn: 'other' }) as ConcurrencySlot;
    await bench.add(bench.functions.declare('f'));
    await bench.clock.advance(7 * SECOND);
    const due = bench.events.flatMap((event) => (event.type === 'retry-scheduled' ? [[event.reason, event.due]] : []));
    const began = bench.clock.now() - 7 * SECOND;
    expect(due).toEqual([1, 3, 7, 15].map((seconds) => ['throttle', began + seconds * SECOND]));
    expect(bench.runs).toEqual([]);
    slot.release();
    await quiet();
    expect(bench.runs.map(({ record }) => record.attempt)).toEqual([1]);
    expect(bench.outcomes).toMatchObject([{ condition: 'Success', invokeCount: 1 }]);
  });

  test('never wait for more than five minutes, and end at the maximum age', async () => {
    const bench = new Bench(() => OK, { accountConcurrency: 1 });
    bench.concurrency.tryAcquire({ functionArn: 'other' });
    await bench.add(bench.functions.declare('f'));
    await bench.clock.advance(7 * HOUR);
    const due = bench.events.flatMap((event) => (event.type === 'retry-scheduled' ? [event.due] : []));
    const gaps = due.slice(1).map((time, index) => time - due[index]);
    expect(Math.max(...gaps)).toBe(5 * MINUTE);
    expect(bench.outcomes).toMatchObject([{ condition: 'EventAgeExceeded', invokeCount: 0, status: 429 }]);
    expect(bench.outcomes[0].result).toBeUndefined();
    expect(bench.clock.now() - due.at(-1)!).toBeGreaterThanOrEqual(HOUR);
  });

  test('of many events drain as executions end, oldest first', async () => {
    const bench = new Bench(() => OK, { accountConcurrency: 2 });
    const slots = [1, 2].map(() => bench.concurrency.tryAcquire({ functionArn: 'other' }) as ConcurrencySlot);
    bench.functions.declare('f');
    for (let i = 0; i < 20; i++) {
      await bench.add('f', { requestId: `r-${i}` });
      await bench.clock.advance(1);
    }
    slots.forEach((slot) => slot.release());
    for (let i = 0; i < 40; i++) {
      await quiet();
    }
    expect(bench.runs.map(({ event }) => event.requestId).slice(0, 2)).toEqual(['r-0', 'r-1']);
    expect(bench.runs).toHaveLength(20);
    expect(new Set(bench.outcomes.map(({ condition }) => condition))).toEqual(new Set(['Success']));
  });

  test('by the reserved concurrency of one function do not hold up another', async () => {
    const forever = new Promise<InvocationResult>(() => undefined);
    const bench = new Bench((_run, event) => (event.requestId.startsWith('slow') ? forever : OK));
    bench.functions.declare('slow', { reservedConcurrency: 1 });
    bench.functions.declare('fast');
    await bench.add('slow', { requestId: 'slow-1' });
    await bench.add('slow', { requestId: 'slow-2' });
    await bench.add('fast', { requestId: 'fast-1' });
    expect(bench.runs.map(({ event }) => event.requestId)).toEqual(['slow-1', 'fast-1']);
    expect(bench.queue.size).toBe(2);
  });

  test('ask for the configuration at most once a second while there is no room, and see it change', async () => {
    const bench = new Bench(() => OK, { timeScale: 1000, accountConcurrency: 1 });
    bench.concurrency.tryAcquire({ functionArn: 'other' });
    await bench.add(bench.functions.declare('f'));
    const reads = jest.spyOn(bench.functions, 'configuration');
    await bench.clock.advance(10 * SECOND);
    expect(reads.mock.calls.length).toBeGreaterThan(5);
    expect(reads.mock.calls.length).toBeLessThanOrEqual(10);
    bench.functions.declare('f', { reservedConcurrency: 1 });
    await bench.clock.advance(2 * SECOND);
    expect(bench.outcomes).toMatchObject([{ condition: 'Success' }]);
  });

  test('by a reservation of zero go straight to the destination of failures', async () => {
    const bench = new Bench();
    await bench.add(bench.functions.declare('f', { reservedConcurrency: 0 }));
    expect(bench.runs).toEqual([]);
    expect(bench.outcomes).toMatchObject([{ condition: 'ZeroReservedConcurrency', invokeCount: 0 }]);
    expect(bench.outcomes[0]).not.toHaveProperty('status');
    expect(bench.queue.size).toBe(0);
  });
});

describe('system errors', () => {
  test('are retried with a back-off, reported, and do not use up retries', async () => {
    const bench = new Bench((run) => {
      if (run <= 3) {
        throw new ServiceError(502, 'InvalidRuntimeException', 'no such interpreter');
      }
      return OK;
    });
    await bench.add(bench.functions.declare('f', { eventInvokeConfig: { maximumRetryAttempts: 0 } }));
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0, SECOND, 3 * SECOND, 7 * SECOND]);
    expect(bench.reports).toHaveLength(3);
    expect(bench.reports[0]).toContain('no such interpreter');
    expect(bench.outcomes).toMatchObject([{ condition: 'Success', invokeCount: 1 }]);
  });

  test('of the control plane keep the event', async () => {
    const bench = new Bench();
    bench.functions.declare('f');
    const read = bench.functions.configuration.bind(bench.functions);
    await bench.add('f');
    await bench.clock.advance(0);
    jest
      .spyOn(bench.functions, 'configuration')
      .mockImplementationOnce(read)
      .mockRejectedValueOnce(new ServiceError(500, 'ServiceException', 'down'));
    await bench.add('f', { requestId: 'r-2' });
    await bench.clock.advance(HOUR);
    expect(bench.runs.map(({ at, event }) => [at, event.requestId])).toEqual([
      [0, 'r-1'],
      [SECOND, 'r-2'],
    ]);
  });

  test('end when the function is deleted, by what it configured last', async () => {
    const bench = new Bench(() => FAILED);
    await bench.add(bench.functions.declare('f', { eventInvokeConfig: { onFailure: 'arn:aws:sqs:us-east-1:000000000000:q' } }));
    bench.functions.remove('f');
    await bench.clock.advance(HOUR);
    expect(bench.times).toEqual([0]);
    expect(bench.outcomes).toMatchObject([{ condition: 'RetriesExhausted', invokeCount: 1, status: 404 }]);
    expect(bench.outcomes[0].configuration.eventInvokeConfig?.onFailure).toBe('arn:aws:sqs:us-east-1:000000000000:q');
  });
});

describe('the recursion guard', () => {
  /** The chain that 16 invocations of one function leave behind. */
  async function longChain(bench: Bench): Promise<string> {
    let traceId: string | undefined;
    for (let i = 0; i < 16; i++) {
      await bench.add('f', { requestId: `chain-${i}`, traceId });
      traceId = bench.runs.at(-1)!.event.traceId;
    }
    return traceId!;
  }

  test('sends the 17th invocation of a chain straight to the destination of failures', async () => {
    const bench = new Bench();
    bench.functions.declare('f');
    const traceId = await longChain(bench);
    await bench.add('f', { requestId: 'stopped', traceId });
    expect(bench.runs).toHaveLength(16);
    expect(bench.outcomes.at(-1)).toMatchObject({
      requestId: 'stopped',
      condition: 'RecursiveInvocation',
      invokeCount: 0,
      status: 400,
      error: 'RecursiveInvocationException',
    });
    expect(bench.records.invocations.at(-1)).toMatchObject({ requestId: 'stopped', outcome: 'recursion-stopped' });
  });

  test('lets the chain go on when the function allows it', async () => {
    const bench = new Bench();
    bench.functions.declare('f', { recursiveLoop: 'Allow' });
    const traceId = await longChain(bench);
    await bench.add('f', { requestId: 'on', traceId });
    expect(bench.runs).toHaveLength(17);
  });
});

test('the bytes of an event reach every attempt untouched', async () => {
  const bench = new Bench((run) => (run < 3 ? FAILED : OK));
  const payload = Buffer.from('{ "n": 1.0, "n": 2e400 }\n');
  await bench.add(bench.functions.declare('f'), { payload });
  await bench.clock.advance(HOUR);
  expect(bench.runs.map(({ event }) => event.payload.equals(payload))).toEqual([true, true, true]);
});

test('a closed queue runs nothing more and takes nothing more', async () => {
  const bench = new Bench(() => FAILED);
  await bench.add(bench.functions.declare('f'));
  await bench.queue.close();
  await bench.clock.advance(HOUR);
  expect(bench.times).toEqual([0]);
  await expect(bench.add('f')).rejects.toThrow('closed');
});

test('an attempt that ends after the queue was closed is not followed by another', async () => {
  let fail: (result: InvocationResult) => void = () => undefined;
  const bench = new Bench(() => new Promise((resolve) => (fail = resolve)));
  await bench.add(bench.functions.declare('f'));
  const closing = bench.queue.close();
  fail(FAILED);
  await closing;
  await bench.clock.advance(HOUR);
  expect(bench.times).toEqual([0]);
  expect(bench.events.filter(({ type }) => type === 'retry-scheduled')).toEqual([]);
  expect(bench.outcomes).toEqual([]);
});
