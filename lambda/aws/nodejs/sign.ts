/** AWS Signature Version 4. The signer, aws4, is loaded by the first request that is signed. */
import type { Credentials } from './credentials';
import type { Service } from './endpoints';

/** One POST of a JSON service. */
export interface UnsignedRequest {
  readonly service: Service;
  readonly region: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request's headers, and those that sign it.
 *
 * @param now epoch milliseconds
 */
export async function signedHeaders(request: UnsignedRequest, credentials: Credentials, now: number): Promise<Record<string, string>> {
  const { default: aws4 } = await import('aws4');
  const { service, region, url, headers, body } = request;
  const date = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const signed = aws4.sign(
    { service, region, method: 'POST', host: url.host, path: url.pathname + url.search, headers: { ...headers, 'x-amz-date': date }, body },
    credentials,
  );
  return signed.headers as Record<string, string>;
}
