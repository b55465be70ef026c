/**
 * The globals that the gate uses, as they are when the process starts: user code may replace or patch them (fake timers, polyfills, instrumentation)
 * before a window opens. The build puts these in the place of the globals of the same name, in every file of the gate, those that are loaded late too.
 */
const { from, alloc, concat, byteLength, isBuffer } = globalThis.Buffer;
const { parse, stringify } = globalThis.JSON;
const { now, parse: parseDate } = globalThis.Date;

const OwnBuffer = { from, alloc, concat, byteLength, isBuffer };
const OwnJson = { parse, stringify };
class OwnDate extends globalThis.Date {
  static override readonly now = now;
  static override readonly parse = parseDate;
}
const { Promise: OwnPromise, URL: OwnUrl, setTimeout: ownSetTimeout, clearTimeout: ownClearTimeout } = globalThis;

export {
  OwnBuffer as Buffer,
  OwnDate as Date,
  OwnJson as JSON,
  OwnPromise as Promise,
  OwnUrl as URL,
  ownClearTimeout as clearTimeout,
  ownSetTimeout as setTimeout,
};
