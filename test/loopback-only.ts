import { Socket } from 'node:net';

/** Runs before each test file: a test that would leave this machine fails where it tries to, instead of passing by luck. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/;

const connect = Socket.prototype.connect;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0]; // net.connect() hands over its arguments already normalised, as one array
  const options = typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : { host: args[1] as string | undefined };
  const host = typeof options.host === 'string' ? options.host : 'localhost';
  if (!options.path && !LOOPBACK.test(host)) {
    throw new Error(`tests use the loopback interface only, this one connects to '${host}'`);
  }
  return connect.apply(this, args as Parameters<typeof connect>);
};
