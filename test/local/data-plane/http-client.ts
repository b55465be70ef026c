import * as http from 'node:http';

/** An answer with its bytes as they came. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Call {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Buffer | string;
  /** Sent after the body, chunked. */
  readonly trailers?: Record<string, string>;
  readonly agent?: http.Agent;
}

/** One HTTP exchange. */
export function call(url: string, { method = 'GET', headers = {}, body, trailers, agent }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }));
      response.on('error', reject);
    });
    request.on('error', reject);
    if (trailers) {
      request.setHeader('transfer-encoding', 'chunked');
      request.setHeader('trailer', Object.keys(trailers).join(', '));
      request.write(body ?? '');
      request.addTrailers(trailers);
      request.end();
    } else {
      request.end(body);
    }
  });
}
