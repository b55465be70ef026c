/** Which proxy a call goes through: by the rules of boto3, in both languages. See the vectors in lambda/contract/aws. */
import type { Environment } from '../../environment';

/** A password with one of these in it, which would end the place. */
const MISSPELT = /:\/\/.*[/?#].*@/;

export interface Proxy {
  /** The environment variable that names it. */
  readonly variable: string;
  readonly protocol: 'http:' | 'https:';
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the header Proxy-Authorization. */
  readonly authorization?: string;
}

/** A variable names no proxy that can be used. Never has its value, which may hold a password. */
export class ProxyError extends Error {}

/** The proxies that the environment names. One object for each, which connections are kept by. */
export class Proxies {
  private readonly known = new Map<string, Proxy>();

  constructor(private readonly environment: Environment) {}

  /**
   * What a request goes through; undefined: nothing.
   *
   * @throws ProxyError
   */
  of(url: URL): Proxy | undefined {
    const [variable, value] = this.read(`${url.protocol.slice(0, -1)}_proxy`);
    if (!value || bypasses(url, this.read('no_proxy')[1])) {
      return undefined;
    }
    const proxy = this.known.get(variable) ?? parsed(variable, value);
    this.known.set(variable, proxy);
    return proxy;
  }

  /** The name in lower case comes first, also when it is empty: that is how a user takes the other one back. */
  private read(name: string): [variable: string, value: string | undefined] {
    const variable = this.environment[name] === undefined ? name.toUpperCase() : name;
    return [variable, this.environment[variable]];
  }
}

/** The place that CONNECT names. */
export function placeOf({ hostname, port }: Pick<Proxy, 'hostname' | 'port'>): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

/** Whom a proxy's certificate has to be for: Node.js would take the request's header `host`, which is the service's. An address has no name. */
export function serverNameOf({ hostname }: Proxy): string {
  return /^[\d.]+$|:/.test(hostname) ? '' : hostname;
}

/** Why a proxy that answers with this status is of no use. */
export function refusal(proxy: Proxy, status: number, place: string): string {
  const { variable, authorization } = proxy;
  if (status !== 407) {
    return `the proxy answered ${status} to CONNECT ${place}: allow it there, or name the host in NO_PROXY where the function reaches it without`;
  }
  return authorization
    ? `the proxy answered 407: it does not take the user name and password in ${variable} by Basic authentication`
    : `the proxy answered 407: it asks for a user name and password, as in ${variable}=http://user:password@host:port`;
}

function bypasses(url: URL, names: string | undefined): boolean {
  if (!names || names === '*') {
    return names === '*';
  }
  const places = [url.hostname, `${url.hostname}:${url.port || defaultPort(url.protocol)}`];
  return names.split(',').some((entry) => {
    const name = entry.trim().replace(/^\.+/, '').toLowerCase();
    return name !== '' && places.some((place) => place === name || place.endsWith(`.${name}`));
  });
}

function parsed(variable: string, value: string): Proxy {
  const trimmed = value.trim();
  const text = trimmed.includes('://') ? trimmed : `http://${trimmed.replace(/^\/\//, '')}`;
  const url = MISSPELT.test(text) ? undefined : whole(text);
  if (!url) {
    throw new ProxyError(`${variable} is not the URL of a proxy, as http://user:password@host:port with what is not a letter or digit as %XX`);
  }
  const { protocol, hostname, port, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new ProxyError(`${variable} names a proxy of the scheme '${protocol.slice(0, -1)}', where http and https are known`);
  }
  const authorization =
    username || password ? `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`, 'latin1').toString('base64')}` : undefined;
  return { variable, protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || defaultPort(protocol), authorization };
}

function whole(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined; // the error has the value
  }
}

/** The bytes that were percent-encoded, each as a character. */
function plain(encoded: string): string {
  return encoded.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

function defaultPort(protocol: string): number {
  return protocol === 'https:' ? 443 : 80;
}
