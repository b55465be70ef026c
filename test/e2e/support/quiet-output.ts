import { PassThrough } from 'node:stream';

/** Takes what the demo prints and keeps it to itself. */
export function quietOutput(): NodeJS.WriteStream {
  const sink = new PassThrough();
  sink.resume();
  return sink as unknown as NodeJS.WriteStream;
}
