/** What code of a handler may do, well or badly. */
const { createReadStream } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');
const { done } = require('cdk-patient-lambda/handler');
const { next } = require('./next');

const never = () => new Promise(() => undefined);

/** How often code of any request has run in this environment. */
let beats = 0;

exports.failures = {
  'succeeds': async () => done(),
  'succeeds with data': async () => done({ data: { Endpoint: 'restored' } }),
  'throws': async () => {
    throw new RangeError('the snapshot is gone');
  },
  'returns nothing': async () => undefined,
  "names an id that can't be": async ({ requestType }) => done({ physicalResourceId: requestType === 'Delete' ? 'another' : 42 }),
  'never settles': never,
  'rejects where nobody listens': () => {
    void Promise.reject(new RangeError('the snapshot is gone'));
    return never();
  },
  'throws in a timer': () => {
    setTimeout(() => {
      throw new RangeError('the snapshot is gone');
    }, 10);
    return never();
  },
  'throws text in a timer': () => {
    setTimeout(() => {
      throw 'the snapshot is gone';
    }, 10);
    return never();
  },
  'throws a frozen error in a listener': () => {
    createReadStream('/no/such/snapshot').on('error', () => {
      throw Object.freeze(new RangeError('the snapshot is gone'));
    });
    return never();
  },
  'exits': () => process.exit(3),
  'exits as if all were well': () => process.exit(0),
  'is killed': () => {
    process.kill(process.pid, 'SIGKILL');
    return never();
  },
  'takes more memory than there is': () => {
    for (const hoard = []; ;) {
      hoard.push(Buffer.alloc(16 * 1024 * 1024, 1));
    }
  },
  'blocks the event loop': () => {
    // Blocks as an endless loop does, and leaves the machine's processors to the others
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  'keeps working': () => {
    setInterval(() => (beats += 1), 20);
    return never();
  },
  'stops working when told': (_, { signal }) =>
    new Promise((_resolve, reject) => {
      const timer = setInterval(() => (beats += 1), 20);
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        reject(signal.reason);
      });
    }),
  'tells what runs': async () => {
    const before = beats;
    await sleep(500);
    return done({ data: { before, during: beats - before, trace: process.env._X_AMZN_TRACE_ID } });
  },
  'goes on': async (request, _, hop) => (hop < (request.properties.Fails === 'on a hop' ? 2 : 1) ? next(request, hop) : done()),
};
