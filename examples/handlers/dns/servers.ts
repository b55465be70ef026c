/** Which servers answer for a name, and what one of them says. */
import { Resolver } from 'node:dns/promises';

export const TYPES = ['A', 'AAAA', 'CNAME', 'NS', 'TXT'] as const;

export type RecordType = (typeof TYPES)[number];

/** For one question to one server: a server that is silent must not take a poll's time. */
const PATIENCE = { timeout: 2000, tries: 2 };

/** The addresses of all servers of the zone that the name is in; none while there is no such zone. A server without an address counts by its name. */
export async function serversOf(name: string, signal: AbortSignal): Promise<string[]> {
  const resolver = resolverUntil(signal);
  const labels = name.replace(/\.$/, '').split('.');
  for (let first = 0; first < labels.length; first += 1) {
    const hosts = await resolver.resolveNs(labels.slice(first).join('.')).catch(() => []);
    if (hosts.length > 0) {
      const addresses = await Promise.all(hosts.map((host) => resolver.resolve4(host).catch(() => [host])));
      return addresses.flat();
    }
  }
  return [];
}

/** The records that a server has; `error` and its code, as ENOTFOUND or ETIMEOUT, where it gives none. */
export async function answerOf(server: string, name: string, type: RecordType, signal: AbortSignal): Promise<string[]> {
  const resolver = resolverUntil(signal);
  try {
    resolver.setServers([server]); // throws for what is not an address
    const records = (await resolver.resolve(name, type)) as (string | string[])[];
    return records.map((record) => (typeof record === 'string' ? record : record.join(''))); // a TXT comes in pieces
  } catch (error) {
    return [`error ${(error as NodeJS.ErrnoException).code ?? String(error)}`]; // no record of the types has a blank, but a TXT
  }
}

/** Gives up when nobody waits any more. */
function resolverUntil(signal: AbortSignal): Resolver {
  const resolver = new Resolver(PATIENCE);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  return resolver;
}
