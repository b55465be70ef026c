/** The responder's entry point: the on-failure destination of every function of the library's custom resources. */
import { systemClock } from '../../clock';
import { respond } from './respond';

/** What of Lambda's context the responder uses. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

export async function handler(record: unknown, context: InvocationContext): Promise<void> {
  await respond(record, {
    clock: systemClock,
    fetch,
    environment: process.env,
    write: (line) => process.stdout.write(line),
    endsAt: Date.now() + context.getRemainingTimeInMillis(),
  });
}
