/** Custom::DnsRecord is there when every server that answers for a name has the expected records. It makes nothing itself. */
import { customResource, done, wait } from 'cdk-patient-lambda/handler';

import { answerOf, type RecordType, serversOf, TYPES } from './servers';

interface Properties {
  readonly name: string;
  readonly type: RecordType;
  readonly values: readonly string[];
  /** `address` or `address:port`; without any, the authoritative servers of the name's zone. */
  readonly servers: readonly string[];
}

/** What each server said last. */
type Waiting = { readonly seen: Readonly<Record<string, string>> };

export const handler = customResource<Properties, Waiting>({
  parse({ Name, Type, Values, Servers = [] }) {
    if (typeof Name !== 'string' || Name === '') {
      throw new Error(`Name must be a domain name, got ${JSON.stringify(Name)}`);
    }
    if (!TYPES.includes(Type as RecordType)) {
      throw new Error(`Type must be one of ${TYPES.join(', ')}, got ${JSON.stringify(Type)}`);
    }
    return { name: Name, type: Type as RecordType, values: texts('Values', Values, 1), servers: texts('Servers', Servers, 0) };
  },

  create: look,
  update: look,
  delete: async () => done(),

  async poll(request, _state, { log, signal }) {
    const { name, type, values, servers } = request.properties;
    const expected = canonical(type, values);
    const asked = servers.length > 0 ? servers : await serversOf(name, signal);
    const answers = await Promise.all(asked.map(async (server) => [server, canonical(type, await answerOf(server, name, type, signal))] as const));
    if (answers.length > 0 && answers.every(([, answer]) => answer === expected)) {
      return done({ data: {} });
    }
    const seen = answers.length > 0 ? Object.fromEntries(answers) : { [name]: 'no server found that answers for it' };
    log.info('not there yet', { name, type, expected, seen });
    return wait({ seen });
  },

  onTimeout: ({ properties }, state, { log }) => log.error('gave up waiting for DNS', { properties, seen: state?.seen }),
});

/** In `poll`, where what has begun is repeated. */
async function look() {
  return wait<Waiting>({ seen: {} }, { afterSeconds: 0 });
}

function texts(property: string, value: unknown, least: number): readonly string[] {
  if (!Array.isArray(value) || value.length < least || value.some((each) => typeof each !== 'string' || each === '')) {
    throw new Error(`${property} must be a list of strings, ${least} or more, got ${JSON.stringify(value)}`);
  }
  return value as string[];
}

/** As one text that is the same for the same records: servers give them in any order, and names with or without a dot at the end. */
function canonical(type: RecordType, records: readonly string[]): string {
  const named = type === 'CNAME' || type === 'NS';
  const all = records.map((record) => (named ? record.toLowerCase().replace(/\.$/, '') : type === 'AAAA' ? record.toLowerCase() : record));
  return [...new Set(all)].sort().join(', ');
}
