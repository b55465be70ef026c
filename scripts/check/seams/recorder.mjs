/** Runs before the gate and is beneath it: writes what is called of a client's native part, a line of JSON each, to the file that SEAM_CALLS names. */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';

const ADDON = 'rapid-client.node';
const { dlopen } = process;

process.dlopen = (module, file, ...more) => {
  dlopen.call(process, module, file, ...more);
  if (basename(file) === ADDON) {
    module.exports = Object.fromEntries(Object.entries(module.exports).map(([name, method]) => [name, recorded(name, method)]));
  }
};

function recorded(name, method) {
  return (...args) => {
    appendFileSync(process.env.SEAM_CALLS, `${JSON.stringify({ name, types: args.map((arg) => typeof arg) })}\n`);
    return method(...args);
  };
}
