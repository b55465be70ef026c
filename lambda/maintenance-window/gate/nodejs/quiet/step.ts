/** What gate, hold and replay say to each other and to the client's side. */
import type { AwsClient } from '../../../../aws/nodejs/client';
import type { Environment } from '../../../../environment';
import type { GateError } from './errors';
import type { RawInvocation } from './invocation';
import type { Reporter } from './report';
import type { Settings } from './settings';
import type { WindowCache } from './window-cache';

/** A replayed event's run, once it has started: learns how it ended, and says what to answer then. */
export interface StartedRun {
  /** The handler returned this JSON text. */
  succeeded(result: string): Promise<Step>;
  /** The handler failed, or could not be loaded, with this error as the client reports it. */
  failed(error: string): Promise<Step>;
}

/** What to do with an invocation. */
export type Step =
  | { readonly do: 'run'; readonly invocation: RawInvocation; readonly replay?: StartedRun }
  /** `streamed`: answered as a handler that streams would, with metadata before the body. */
  | { readonly do: 'reply'; readonly body: string; readonly streamed?: boolean }
  | { readonly do: 'fail'; readonly error: GateError };

/** What a gate works with. */
export interface GateParts {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly cache: WindowCache;
  readonly client: AwsClient;
  readonly reporter: Reporter;
  readonly clock: () => number;
}
