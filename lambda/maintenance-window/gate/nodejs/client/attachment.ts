/** The gate in the runtime's client: attached to both its ways to the Runtime API, or to neither. */
import { UnknownClient } from '../quiet/errors';
import type { Reporter } from '../quiet/report';
import type { Settings } from '../quiet/settings';
import { Client } from './addon';
import { watchRequests } from './client-requests';
import type { NativeClient, Session } from './session';

export class Attachment {
  private readonly client: Client;
  private unwatch: () => void = () => undefined;

  /** @param entry the file that Lambda starts */
  constructor(
    entry: string,
    private readonly session: Session,
    private readonly settings: Pick<Settings, 'onUnknownClient'>,
    private readonly reporter: Reporter,
  ) {
    this.client = new Client(entry, (found) => this.runWithout(found));
  }

  /**
   * Hooks the client's native part, and opens it.
   *
   * @returns undefined when the client is to run without the gate
   * @throws UnknownClient when it is not to
   */
  open(): NativeClient | undefined {
    try {
      this.client.hook(this.session);
      return this.client.open();
    } catch (error) {
      if (!(error instanceof UnknownClient)) {
        throw error;
      }
      this.runWithout(error);
      return undefined;
    }
  }

  /** Watches what the client sends past its native part. */
  watch(): void {
    const passedBy = () => this.runWithout(this.client.moved('asks for invocations past its native part, so the gate would not see them'));
    this.unwatch = watchRequests(this.session, passedBy);
  }

  /**
   * Takes the gate out again. While an invocation waits in it that can't be: only a client that is known would fetch it.
   *
   * @throws UnknownClient when the function is not to run without its gate
   */
  private runWithout(found: UnknownClient): void {
    if (this.settings.onUnknownClient !== 'RUN' || this.session.isLoading) {
      throw found;
    }
    this.client.release();
    this.session.release();
    this.unwatch();
    this.reporter.log(`the function runs without its gate, as onUnknownClient is RUN: ${found.message}`);
    this.reporter.count('gateMissing');
  }
}
