/** Loading user code at once: the read of the window goes on meanwhile, also where that code keeps the process busy. In Node.js both have one thread. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

import { certificateFor, TlsFront } from '../../loopback-proxy';
import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { NODEJS } from '../support/nodejs';
import type { Stage } from '../support/stage';

/** Busy while it is loaded, as what parses and compiles is. */
const BUSY = {
  'app.js': `
console.log('LOADING');
const until = Date.now() + 1000;
while (Date.now() < until);
console.log('LOADED at ' + Date.now());
exports.handler = async () => 'ran';
`,
};

const AT_ONCE = { handlerLoading: 'AT_ONCE', onWindowUnknown: 'RUN' };

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

const start = (more: Partial<Parameters<Stage['start']>[0]> = {}) => stage.start({ ...NODEJS.newest, code: BUSY, variables: AT_ONCE, ...more });

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

test(
  'user code is loaded in a window, and its events are held',
  async () => {
    stage.window('on');
    const environment = await start();
    expect(await environment.reply({})).toMatchObject(DEFERRED);
    expect(environment.output).toContain('LOADED');
  },
  MINUTES,
);

test(
  'the window is asked for while user code keeps the process busy',
  async () => {
    let askedAt = Infinity;
    const server = createHttpServer(() => {
      askedAt = Math.min(askedAt, Date.now());
    });
    const certificate = certificateFor();
    const front = await TlsFront.listen(certificate, await listening(server));
    try {
      const environment = await start({
        ssm: `https://localhost:${front.port}`,
        code: { ...BUSY, 'ca.pem': certificate.cert },
        variables: { ...AT_ONCE, NODE_EXTRA_CA_CERTS: '/var/task/ca.pem' },
      });
      expect(await environment.reply({})).toBe('ran');
      expect(askedAt).toBeLessThanOrEqual(Number(/LOADED at (\d+)/.exec(environment.output)![1]));
    } finally {
      server.closeAllConnections();
      server.close();
      await front.close();
    }
  },
  MINUTES,
);

test(
  'a request that cannot leave does not keep user code from being loaded',
  async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)); // no TLS ever begins
    try {
      const environment = await start({ ssm: `https://127.0.0.1:${await listening(silent)}` });
      expect(await environment.reply({})).toBe('ran');
      const { output } = environment;
      expect(output).toContain('LOADING');
      expect(output.indexOf('LOADING')).toBeLessThan(output.indexOf('the maintenance window could not be read'));
    } finally {
      silent.close();
    }
  },
  MINUTES,
);
