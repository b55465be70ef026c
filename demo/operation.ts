/** One execution of the function that an operation takes. Epoch milliseconds. */
export interface Hop {
  readonly startedAt: number;
  /** Absent while it runs. */
  readonly endedAt?: number;
}

/** What CloudFormation was told. */
export interface Answer {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: string;
  readonly reason?: string;
}

/** One request of CloudFormation to a custom resource, as the bed saw it from the first event to the last answer. */
export interface Operation {
  /** Epoch milliseconds at which the function got CloudFormation's request. */
  readonly startedAt: number;
  readonly hops: readonly Hop[];
  /** When each poll had written its page, epoch milliseconds. */
  readonly polls: readonly number[];
  readonly answers: readonly Answer[];
}

/** What became of the operation. */
export interface OperationVerdict {
  readonly line: string;
  /** Why it does not hold; empty when it does. */
  readonly complaints: readonly string[];
}

/** A creation that takes less than so many executions' time shows nothing. */
const LEAST_EXECUTIONS = 3;
const TIMES = ['never', 'once', 'twice'];

/**
 * Judges a creation: one answer, a SUCCESS, longer in coming than executions may last, and what was to be made is there.
 *
 * @param executionSeconds time limit of one execution
 * @param damage what is wrong with the thing made, in words
 */
export function judgeOperation({ startedAt, hops, answers }: Operation, executionSeconds: number, damage: readonly string[]): OperationVerdict {
  const [first] = answers;
  const end = first?.at ?? Math.max(startedAt, ...hops.map(({ endedAt }) => endedAt ?? startedAt));
  const seconds = (end - startedAt) / 1000;
  const outcome = first === undefined ? 'not created' : first.status === 'SUCCESS' ? 'created' : first.status;
  const least = LEAST_EXECUTIONS * executionSeconds;
  const complaints = [
    ...(answers.length === 1
      ? []
      : [`answered ${timesOf(answers.length)}: ${answers.map(({ status }) => status).join(', ') || 'CloudFormation still waits'}`]),
    ...answers.filter(({ status }) => status !== 'SUCCESS').map(({ status, reason }) => `answered ${status}: ${reason ?? 'without a reason'}`),
    ...(seconds < least ? [`took ${seconds.toFixed(0)} s, which shows little: one execution may take ${executionSeconds} s`] : []),
    ...damage,
  ];
  return {
    line: `custom resource: ${outcome} in ${seconds.toFixed(0)} s over ${hops.length} executions of at most ${executionSeconds} s, answered ${timesOf(answers.length)}`,
    complaints: complaints.map((complaint) => `custom resource: ${complaint}`),
  };
}

const timesOf = (count: number) => TIMES[count] ?? `${count} times`;
