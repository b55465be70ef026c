/** DynamoDB as far as a window is read: the mirror's item of a window that is off, through TLS, after a pause. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';

import { PATIENCE_MS } from './boot';

/** Milliseconds: a consistent read of one item in the same Region, as it is commonly seen. */
const ANSWERS_AFTER = 15;

export class Door {
  /** @param folder where key and certificate are made */
  static async open(folder: string): Promise<Door> {
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', ...made, ...name, '-keyout', key, '-out', cert], { stdio: 'pipe', timeout: PATIENCE_MS });
    const door = new Door(readFileSync(key), readFileSync(cert));
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  /** Requests that were answered. */
  answered = 0;
  private readonly server: Server;

  private constructor(
    key: Buffer,
    readonly certificate: Buffer,
  ) {
    this.server = createServer({ key, cert: certificate }, (request, response) => {
      request.resume();
      setTimeout(() => {
        this.answered++;
        response.setHeader('content-type', 'application/x-amz-json-1.0');
        response.end(JSON.stringify({ Item: item() }));
      }, ANSWERS_AFTER);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function item() {
  const now = String(Date.now());
  return { operator: { S: 'auto' }, operatorVersion: { N: '1' }, operatorModified: { N: '1799546400000' }, checkedAt: { N: now } };
}
