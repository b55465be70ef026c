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

/** The request's headers, and those that sign it at this moment. */
export async function signedHeaders({ url, ...request }: UnsignedRequest, credentials: Credentials): Promise<Record<string, string>> {
  const { default: aws4 } = await import('aws4');
  const { host, pathname, search } = url;
  const signed = aws4.sign({ ...request, method: 'POST', host, path: pathname + search }, credentials);
  return signed.headers as Record<string, string>;
}
