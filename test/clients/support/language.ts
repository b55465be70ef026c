/** What the scenarios must know of a language: its clients, what its handlers look like, and how it differs by design. */

/** A runtime with a release of AWS's client. */
export interface Release {
  readonly runtime: string;
  readonly client: string;
}

/** Files of a function by path. */
export type Code = Readonly<Record<string, string>>;

/** A client in which something has changed, and what the gate says about it. */
export interface ChangedClient {
  readonly what: string;
  /** What the wrapper of {@link Language.changing} does to its copy of the client. */
  readonly change: string;
  readonly message: string;
  /** Whether it runs a handler all the same, without the gate. */
  readonly runs: boolean;
}

/** Sources of handlers, by what they do. The first two are the same for most scenarios. */
export interface Handlers {
  /** Returns `{"ran": true}`. */
  readonly runs: string;
  /**
   * Prints `LOADED` when it is loaded. Fails as an event of {@link Language.failures} says, and in a function of its own for "nested"; else returns
   * the event, the request's id, the client context's `custom`, and what else could differ behind the gate.
   */
  readonly tells: string;
  /** Returns the event as text, and the replay mark; fails without one. */
  readonly echoes: string;
  /** Fails unless `noise` of the event has the digest `sha256`. */
  readonly digests: string;
  /** Returns a text that is as many `bytes` as JSON as the event says. */
  readonly grows: string;
  /** Prints `ITEMS`, the records' ids and the replay's attempt; of several records it fails "b". */
  readonly fails: string;
  /** Returns the client context: `{client: {app_title}, custom}`. */
  readonly context: string;
  /** Returns the event and the runtime's name. */
  readonly version: string;
  /** Ends as `kind` of the event says: an {@link Language.exits}, another of {@link Language.deadly}, "memory" or "hang". */
  readonly ends: string;
  /** Returns what a worker and a forked process of its own say: `{"worker": "worker", "fork": "fork"}`. */
  readonly children: string;
  /** Can't be loaded: it imports what is not there. */
  readonly missing: string;
  /** Can't be loaded: its text is not the language. */
  readonly garbled: string;
}

export interface Language {
  readonly name: string;
  /** The clients that the scenarios of the seam run with. */
  readonly releases: readonly Release[];
  /** The client of every other scenario. */
  readonly newest: Release;
  /** Those that behave differently when a process ends. */
  readonly ending: readonly Release[];
  readonly file: string;
  readonly handlers: Handlers;
  /** The forms that {@link Handlers.tells} can have. */
  readonly modules: readonly (readonly [string, Code])[];
  /** Events that make {@link Handlers.tells} fail, with the error's type. */
  readonly failures: readonly (readonly [event: string, errorType: string])[];
  /** Events for {@link Handlers.tells} beside those, in the order in which they are sent. */
  readonly odd: readonly (readonly [event: unknown, clientContext?: string])[];
  /** What the error says when {@link Handlers.missing} is loaded. */
  readonly missingSays: string;
  /** Type of the error with which the client fails a body that is not JSON; undefined: the process ends. */
  notJson(client: string): string | undefined;
  /** Whether the process ends when its handler could not be loaded after a hold. */
  endsUnloaded(client: string): boolean;
  /** Events by which {@link Handlers.ends} ends the process. */
  readonly exits: readonly string[];
  /** Events by which it would in another way. */
  readonly deadly: readonly string[];
  /** A wrapper of the function's own: starts a copy of the client to which CHANGE was applied. */
  readonly changing: string;
  /** A change that changes nothing. */
  readonly unchanged: string;
  /** Clients that can't be attached to. */
  readonly unattached: readonly ChangedClient[];
  /** How the gate names the client that it can't be attached to. */
  readonly clientNamed: RegExp;
}

/** A function of one handler. */
export function code(language: Language, handler: keyof Handlers): Code {
  return { [language.file]: language.handlers[handler] };
}
