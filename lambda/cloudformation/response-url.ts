/** Which URL may be answered: one rule for all that answer CloudFormation. lambda/contract/cloudformation/answer.json. */
import { endpoints, urlPattern } from '../contract/cloudformation/answer.json';
import type { Environment } from '../environment';

/** What every language's parser takes for the same host and port. */
const URL_TEXT = new RegExp(urlPattern);
const LOOPBACK = /^(localhost|\[::1\]|127(\.\d+){3})$/;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The URL to answer to: https, or plain http on loopback while the environment names that very host and port; undefined for any other text. */
export function responseUrl(text: string, environment: Environment): URL | undefined {
  const url = URL_TEXT.test(text) ? urlOf(text) : undefined;
  if (url?.protocol === 'https:') {
    return url;
  }
  const isOurs =
    url?.protocol === 'http:' && LOOPBACK.test(url.hostname) && endpoints.some((name) => hostOf(urlOf(environment[name])) === hostOf(url));
  return isOurs ? url : undefined;
}

/** Why nothing is sent to a URL, without what is secret in it. */
export function refusal(text: string): string {
  const url = urlOf(text);
  return `the ResponseURL is not an https URL: ${url ? `${url.protocol}//${url.host}` : 'it is not a URL at all'}`;
}

function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

/** Host and port, whichever the scheme. */
function hostOf(url: URL | undefined): string | undefined {
  return url && `${url.hostname}:${url.port || DEFAULT_PORTS[url.protocol]}`;
}
