/** What a client's native part has for JavaScript, by its source: it would take a minute to build it. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const PLACES = ['src/native/rapid-client.cc', 'src/rapid-client.cc'];
const EXPORTED = /exports\.Set\(\s*(?:Napi::String::New\(\s*env\s*,\s*)?"(\w+)"/g;
/** What the gate wraps or calls. */
const WRAPPED = ['next', 'done', 'error'];
const KNOWN = [...WRAPPED, 'initializeClient'];

/** What is not as the gate knows it; undefined when all is, or when the native part itself is there to be run. */
export function movedInNativePart(folder: string): string | undefined {
  const file = PLACES.map((place) => path.join(folder, place)).find((place) => fs.existsSync(place));
  if (!file) {
    const isBuilt = fs.existsSync(path.join(folder, 'rapid-client.node'));
    return isBuilt ? undefined : `there is neither ${PLACES.join(' nor ')} nor rapid-client.node: its native part can't be compared`;
  }
  const found = [...fs.readFileSync(file, 'utf8').matchAll(EXPORTED)].map(([, name]) => name);
  const missing = WRAPPED.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !KNOWN.includes(name));
  return missing.length > 0 || unknown.length > 0
    ? `${path.basename(file)} exports ${found.join(', ') || 'nothing that can be read'}, expected ${WRAPPED.join(', ')} and at most ${KNOWN.slice(WRAPPED.length).join(', ')} beside`
    : undefined;
}
