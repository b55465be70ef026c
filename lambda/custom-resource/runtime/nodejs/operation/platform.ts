import type { Clock } from '../../../../clock';
import type { Fetch } from '../../../../cloudformation/delivery';
import type { Environment } from '../../../../environment';
import type { Write } from './log';
import type { Invoke } from './next-execution';
import type { ReadSecret } from './secrets';
import type { ReadStack } from './stack-watch';

/** One invocation of the function. */
export interface Invocation {
  readonly event: unknown;
  /** As invoked, with the qualifier. */
  readonly functionArn: string;
  /** Epoch milliseconds of the time limit. */
  readonly endsAt: number;
  readonly logGroup: string;
  readonly logStream: string;
}

/** What the runtime calls in AWS. */
export interface AwsCalls {
  readonly invoke: Invoke;
  /** Begins to get ready for `invoke`, while there is time: at the margin of a short execution there is none. */
  readonly prepareInvoke: () => void;
  readonly readStack: ReadStack;
  readonly readSecret: ReadSecret;
}

/** Everything outside of the runtime. */
export interface Platform {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly aws: AwsCalls;
  readonly environment: Environment;
  readonly write: Write;
  readonly exit: (code: number) => void;
  /** Hands over what nobody catches, until what it returns is called. */
  readonly catchUncaught: (caught: (error: unknown) => void) => () => void;
}
