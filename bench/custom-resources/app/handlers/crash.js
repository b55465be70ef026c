/** Fails as its properties say. */
const { customResource, done } = require('cdk-patient-lambda/handler');

const crashes = {
  exit: () => process.exit(1),
  memory: () => {
    for (const hoard = []; ;) {
      hoard.push(Buffer.alloc(16 * 1024 * 1024, 1));
    }
  },
  blocked: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
};

const crash = async ({ properties }) => crashes[properties.Crash]();

exports.handler = customResource({ create: crash, update: crash, delete: async () => done() });
