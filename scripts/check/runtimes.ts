import { supportedRuntimes } from '../../local/sandbox/runtimes';

/** A line for each runtime of Lambda that the bed knows: what runs it on this machine, or why nothing does. */
export async function runtimeLines(): Promise<string[]> {
  return (await supportedRuntimes()).map(({ runtime, interpreter, client, label, missing }) =>
    missing ? `${runtime}: not run: ${missing}` : `${runtime}: interpreter ${interpreter}, client ${label ?? client}`,
  );
}
