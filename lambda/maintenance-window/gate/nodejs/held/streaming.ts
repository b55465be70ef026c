/** Answers to what streams its responses: status and headers are metadata before the body. lambda/contract/maintenance-window/answers.json. */
import { streaming } from '../../../../contract/maintenance-window/answers.json';
import type { Streaming } from '../quiet/http-options';
import type { Source } from './sources';

/** After the function's name in an ARN. */
const QUALIFIER = /^(?:[^:]*:){6}[^:]*:(.+)$/;
const COOKIE = 'set-cookie';

/** Whether the response of an invocation is streamed, by its source and the qualifier that was invoked. */
export function isStreamed(settings: Streaming, { name }: Source, arn: string): boolean {
  const { unqualified, version } = streaming.qualifiers;
  const qualifier = QUALIFIER.exec(arn)?.[1] ?? unqualified;
  return settings[name]?.includes(/^[0-9]+$/.test(qualifier) ? version : qualifier) ?? false;
}

/** The whole stream. */
export function streamed(statusCode: number, headers: Readonly<Record<string, string>>, body: string): string {
  const isCookie = ([name]: readonly [string, string]) => name.toLowerCase() === COOKIE;
  const all = Object.entries(headers);
  const cookies = all.filter(isCookie).map(([, value]) => value);
  const others = Object.fromEntries(all.filter((header) => !isCookie(header)));
  const metadata = { statusCode, headers: others, ...(cookies.length > 0 && { cookies }) };
  return JSON.stringify(metadata) + '\0'.repeat(streaming.delimiterBytes) + body;
}
