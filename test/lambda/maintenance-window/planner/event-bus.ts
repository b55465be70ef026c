import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';

/** The default event bus: stands in for an SDK client. */
export class EventBus {
  /** Detail type and detail of each event that was accepted. */
  public readonly told: { readonly type: string; readonly detail: Record<string, unknown> }[] = [];
  public calls = 0;
  /** What the next calls get instead, in order: an error that is thrown, or the code with which the entry is refused. */
  public faults: (Error | string | undefined)[] = [];
  /** The same for every call, once `faults` is empty. */
  public always?: Error | string;

  public send({ input }: { readonly input: unknown }): Promise<object> {
    this.calls++;
    const fault = this.faults.length > 0 ? this.faults.shift() : this.always;
    if (fault instanceof Error) {
      return Promise.reject(fault);
    }
    if (fault !== undefined) {
      return Promise.resolve({ FailedEntryCount: 1, Entries: [{ ErrorCode: fault, ErrorMessage: `${fault} happened` }] });
    }
    const [entry] = (input as PutEventsCommandInput).Entries!;
    expect(entry.Source).toBe('cdk-patient-lambda');
    this.told.push({ type: entry.DetailType!, detail: JSON.parse(entry.Detail!) as Record<string, unknown> });
    return Promise.resolve({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  }
}
