/** Node.js and AWS's clients for it: 3.x on nodejs20.x and nodejs22.x, 4.x on nodejs24.x, as AWS runs them. */
import clients from '../../../lambda/contract/maintenance-window/clients.json';
import type { Language } from './language';
import { releasesOf } from './releases';

const [, NODE_22, NEWEST] = clients.nodejs.releases;

const TELLS = `
console.log('LOADED');
exports.handler = async (event, context) => {
  if (event === 'throw') throw new TypeError('böom');
  if (event === 'reject') return Promise.reject('text');
  if (event === 'nested') inner();
  return {
    event, request: context.awsRequestId, arn: context.invokedFunctionArn, custom: context.clientContext?.custom, identity: context.identity,
    trace: process.env._X_AMZN_TRACE_ID, options: process.env.NODE_OPTIONS, handler: process.env._HANDLER,
  };
};
function inner() {
  throw new RangeError('deep');
}
`;

const CHANGING = `#!/bin/sh
mkdir /tmp/runtime
cp /var/runtime/index.mjs /var/runtime/rapid-client.node /tmp/runtime
cd /tmp/runtime
eval "$CHANGE"
for argument do
  shift
  [ "$argument" = /var/runtime/index.mjs ] && argument=/tmp/runtime/index.mjs
  set -- "$@" "$argument"
done
cd /var/task
exec "$@"
`;

/** Makes the client look for its native part under another name. */
export const USE_OTHER = 'sed -i "s#rapid-client.node#moved-client.node#" index.mjs';

export const NODEJS: Language = {
  name: 'nodejs',
  releases: releasesOf('nodejs', clients.nodejs.releases),
  newest: NEWEST,
  ending: [NODE_22, NEWEST],
  file: 'app.js',
  handlers: {
    runs: 'exports.handler = async () => ({ ran: true });',
    tells: TELLS,
    echoes: `
exports.handler = async (event, { clientContext }) => ({ event: JSON.stringify(event), attempt: clientContext.custom.maintenanceReplay.attempt });
`,
    digests: `
exports.handler = async ({ noise, sha256 }) => {
  if (require('crypto').createHash('sha256').update(noise).digest('hex') !== sha256) throw new Error('damaged');
};
`,
    grows: 'exports.handler = async ({ bytes }) => "x".repeat(bytes - 2);',
    fails: `
exports.handler = async ({ Records }, { clientContext }) => {
  const { attempt } = clientContext.custom.maintenanceReplay;
  console.log('ITEMS ' + Records.map((item) => item.messageId ?? (item.kinesis?.sequenceNumber ?? item.dynamodb.SequenceNumber)) + ' ' + attempt);
  return { batchItemFailures: attempt === 1 ? [{ itemIdentifier: 'b' }] : [] };
};
`,
    context: 'exports.handler = async (event, { clientContext }) => clientContext;',
    version: "exports.handler = async (event) => ({ event, runtime: 'nodejs' + process.versions.node.split('.')[0] + '.x' });",
    ends: `
const forever = () => new Promise((resolve) => setTimeout(resolve, 3_600_000));
exports.handler = async ({ kind }) => {
  if (kind === 'process.exit') process.exit(3);
  if (kind === 'reject') setTimeout(() => Promise.reject(new Error('nobody')), 1);
  if (kind === 'memory') for (const grown = []; ;) grown.push(Buffer.alloc(4_000_000, 'x'));
  if (kind === 'hang' || kind === 'reject') await forever();
  return kind;
};
`,
    children: `
const { isMainThread, parentPort, Worker } = require('worker_threads');
if (process.send) process.send('fork');
else if (!isMainThread) parentPort.postMessage('worker');
else exports.handler = async () => {
  const worker = await new Promise((done, failed) => new Worker(__filename).once('message', done).once('error', failed));
  const fork = await new Promise((done) => require('child_process').fork(__filename).once('message', done));
  return { worker, fork };
};
`,
    missing: 'require("nowhere");',
    garbled: 'this is not JavaScript',
  },
  modules: [
    ['CommonJS', { 'app.js': TELLS }],
    ['an ES module', { 'app.mjs': TELLS.replace('exports.handler =', 'export const handler =') }],
  ],
  failures: [
    ['throw', 'TypeError'],
    ['reject', 'string'],
  ],
  odd: [],
  missingSays: "Cannot find module 'nowhere'",
  // 4.x reads the body before anything catches
  notJson: (client) => (client.startsWith('3.') ? 'SyntaxError' : undefined),
  endsUnloaded: () => true,
  exits: ['process.exit'],
  deadly: ['reject', 'memory', 'hang'],
  changing: CHANGING,
  unchanged: ':',
  unattached: [
    {
      what: 'without its native part',
      change: `mv rapid-client.node moved-client.node && ${USE_OTHER}`,
      message: 'has no rapid-client.node beside it',
      runs: true,
    },
    {
      what: 'whose native part has no next',
      change: 'sed -i "s#\\x00next\\x00#\\x00nexu\\x00#" rapid-client.node',
      message: 'has a native part without next',
      runs: false,
    },
  ],
  clientNamed: /\/tmp\/runtime\/index\.mjs sha256 [0-9a-f]{12}, AWS_Lambda_nodejs24\.x, Node\.js v24/,
};
