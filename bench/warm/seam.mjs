// The warm path at the seam: what the gate adds to each call of the native part's `next` while the window is off, over a stand-in for that part.
// `node --expose-gc bench/warm/seam.mjs <the layer's nodejs folder>` prints microseconds, bytes and, of the gate at rest, resident bytes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CALLS = 1_000_000;
/** Calls between two collections, few enough that none comes by itself. */
const PIECE = 2000;
const PIECES = 100;
const RUNS = 5;
const HOUR = '3600';

const layer = process.argv[2];
if (layer === undefined || typeof gc !== 'function') {
  console.error("seam: usage: node --expose-gc bench/warm/seam.mjs <the layer's nodejs folder>");
  process.exit(2);
}

const least = (values) => Math.min(...values);
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** What AWS's client gets from its native part, one invocation after the other. */
const invocation = {
  bodyJson: JSON.stringify({ Records: [{ messageId: '1', body: 'x'.repeat(1000), eventSource: 'aws:sqs' }] }),
  headers: { 'lambda-runtime-aws-request-id': 'r-1', 'lambda-runtime-deadline-ms': Date.now() + 900_000 },
};
const native = { next: () => Promise.resolve(invocation), done: () => null, error: () => null };

/** DynamoDB, as far as the window is read: it is off. */
async function withWindowOff(use) {
  const now = Date.now();
  const item = { operator: { S: 'auto' }, operatorVersion: { N: '1' }, operatorModified: { N: '1767225600000' }, checkedAt: { N: String(now) } };
  const server = createServer((request, response) => request.resume().on('end', () => response.end(JSON.stringify({ Item: item }))));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Attaches the layer's gate to the stand-in, as the runtime's client would. */
async function attached(endpoint) {
  const folder = mkdtempSync(join(tmpdir(), 'seam-'));
  const [entry, addon] = ['index.mjs', 'rapid-client.node'].map((name) => join(folder, name));
  try {
    [entry, addon].forEach((file) => writeFileSync(file, ''));
    Object.assign(process.env, {
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9', // never asked: nothing is held
      AWS_ENDPOINT_URL: endpoint,
      NO_PROXY: '*',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      PATIENT_LAMBDA_OPERATOR_PARAMETER: '/cdk-patient-lambda/windows/bench/window/operator',
      PATIENT_LAMBDA_TABLE: 'events',
      PATIENT_LAMBDA_FUNCTION_KEY: 'fn',
      PATIENT_LAMBDA_CACHE_TTL: HOUR,
    });
    process.argv[1] = entry;
    process.dlopen = (module) => {
      module.exports = native;
    };
    await import(resolve(layer, 'preload.mjs'));
    const module = { exports: {} };
    process.dlopen(module, addon);
    if (module.exports === native || (await module.exports.next()) !== invocation) {
      throw new Error(`${layer} did not attach its gate, or did not let an invocation pass`);
    }
    return module.exports;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function nanoseconds(client) {
  const started = process.hrtime.bigint();
  for (let call = 0; call < CALLS; call++) {
    await client.next();
  }
  return Number(process.hrtime.bigint() - started) / CALLS;
}

async function bytes(client) {
  const used = [];
  for (let piece = 0; piece < PIECES; piece++) {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < PIECE; call++) {
      await client.next();
    }
    used.push((process.memoryUsage().heapUsed - before) / PIECE);
  }
  return middle(used);
}

/** Of both in turn, so that a slow moment meets both. */
async function added(measure, pick, runs, client) {
  const samples = { bare: [], guarded: [] };
  for (let run = 0; run < runs; run++) {
    samples.bare.push(await measure(native));
    samples.guarded.push(await measure(client));
  }
  return pick(samples.guarded) - pick(samples.bare);
}

function resident() {
  gc();
  return process.memoryUsage.rss();
}

const result = await withWindowOff(async (endpoint) => {
  const before = resident();
  const client = await attached(endpoint);
  const rest = resident() - before;
  const time = await added(nanoseconds, least, RUNS, client);
  return { microseconds: +(time / 1000).toFixed(3), bytes: Math.round(await added(bytes, least, 3, client)), resident: rest };
});
console.log(JSON.stringify(result));
