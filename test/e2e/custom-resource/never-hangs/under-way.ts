import type { BedEvent } from '../../../../local/bed';

/** What the bed has accepted and not finished: events, records on their way, environments at work. */
export class UnderWay {
  /** ARNs of functions whose failures go to a destination. */
  withDestination: readonly string[] = [];
  lastAt = Date.now();
  private readonly unfinished = new Set<string>();
  private readonly unstarted = new Set<string>();
  /** Environments that run an invocation, by their id, with the ARN of their function. */
  private readonly running = new Map<string, string>();

  get isEmpty(): boolean {
    return this.unfinished.size === 0;
  }

  /** How many events wait for an environment that is being made ready for them; those that are throttled wait for something else. */
  get waiting(): number {
    return this.unstarted.size;
  }

  isRunning(functionArn: string): boolean {
    return [...this.running.values()].includes(functionArn);
  }

  note(event: BedEvent): void {
    this.lastAt = event.at;
    switch (event.type) {
      case 'event-queued':
        this.unfinished.add(event.requestId);
        this.unstarted.add(event.requestId);
        break;
      case 'retry-scheduled':
        this.unstarted.delete(event.requestId);
        break;
      case 'invocation-started':
        this.unstarted.delete(event.invocation.requestId);
        this.running.set(event.invocation.environmentId!, event.invocation.functionArn);
        break;
      case 'environment-frozen':
      case 'environment-stopped':
        this.running.delete(event.environmentId);
        break;
      case 'event-finished':
        this.unstarted.delete(event.requestId);
        if (event.condition === 'Success' || !this.withDestination.includes(event.functionArn)) {
          this.unfinished.delete(event.requestId);
        }
        break;
      case 'destination-delivered':
      case 'destination-failed':
        this.unfinished.delete(event.requestId);
    }
  }
}
