import { Proxies, refusal } from '../../../../lambda/aws/nodejs/proxy';
import { place, refusalVectors, vectors } from '../../../../lambda/contract/aws/proxy.vectors.json';

interface Vector {
  readonly name: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly proxy?: Readonly<{ variable: string; scheme: string; host: string; port: number; authorization?: string }> | null;
  readonly error?: string;
}

const ALL = vectors as unknown as readonly Vector[];

test.each(ALL.filter(({ proxy }) => proxy !== undefined))('$name', ({ url, environment, proxy }) => {
  const found = new Proxies(environment).of(new URL(url));
  expect(found && { ...found, protocol: undefined }).toEqual(
    proxy ? { variable: proxy.variable, hostname: proxy.host, port: proxy.port, authorization: proxy.authorization } : undefined,
  );
  expect(found?.protocol).toBe(proxy ? `${proxy.scheme}:` : undefined);
});

test.each(ALL.filter(({ error }) => error))('what cannot be used is named without its value: $name', ({ url, environment, error }) => {
  let thrown: unknown;
  try {
    new Proxies(environment).of(new URL(url));
  } catch (caught) {
    thrown = caught;
  }
  expect(thrown).toMatchObject({ message: error });
  expect(thrown).not.toHaveProperty('cause');
});

test.each(refusalVectors)('a proxy that answers $status, authorized: $authorized', ({ status, variable, authorized, message }) => {
  const proxy = { variable, protocol: 'http:', hostname: 'proxy.example', port: 3128, authorization: authorized ? 'Basic eA==' : undefined } as const;
  expect(refusal(proxy, status, place)).toBe(message);
});

test('calls by one variable share what they go through, and so their connections', () => {
  const proxies = new Proxies({ HTTPS_PROXY: 'http://proxy.example:3128' });
  expect(proxies.of(new URL('https://ssm.example'))).toBe(proxies.of(new URL('https://sqs.example')));
});
