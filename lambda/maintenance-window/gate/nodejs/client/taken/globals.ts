/**
 * The globals that the gate uses, as they are when the process starts: user code may replace or patch them (fake timers, polyfills, instrumentation)
 * before a window opens. The build puts these in the place of the globals of the same name, in every file of the gate, those that are loaded late too.
 */
/* eslint-disable @typescript-eslint/unbound-method -- none of them needs its this */
const { from, alloc, concat, byteLength, isBuffer, isEncoding } = globalThis.Buffer;
const { parse, stringify } = globalThis.JSON;
const { now, parse: parseDate } = globalThis.Date;
/* eslint-enable @typescript-eslint/unbound-method */

const OwnBuffer = { from, alloc, concat, byteLength, isBuffer, isEncoding };
const OwnJson = { parse, stringify };
class OwnDate extends globalThis.Date {
  static override readonly now = now;
  static override readonly parse = parseDate;
}
const { Promise: OwnPromise, URL: OwnUrl, setImmediate: ownSetImmediate, setTimeout: ownSetTimeout, clearTimeout: ownClearTimeout } = globalThis;

export {
  OwnBuffer as Buffer,
  ownClearTimeout as clearTimeout,
  OwnDate as Date,
  OwnJson as JSON,
  OwnPromise as Promise,
  ownSetImmediate as setImmediate,
  ownSetTimeout as setTimeout,
  OwnUrl as URL,
};
