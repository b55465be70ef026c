/**
 * AWS Distro for OpenTelemetry, which is Application Signals too: a wrapper sets variables and starts what it is given. Spans go to X-Ray's daemon,
 * as datagrams. The packages have no wrapper, nor the modules that it starts: those here are the test's own, and set the variables that matter of
 * those that the layers' set.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';

import { build } from 'esbuild';

import { NODEJS } from '../nodejs';
import { PYTHON } from '../python';
import type { Collector } from './collector';
import { nodePackages, pythonPackages } from './packages';
import { type Attachment, COMMON_JS, copy, ES_MODULE, PYTHON_MODULE, type Vendor, write } from './vendor';

const WRAPPER = '/opt/otel-instrument';
/** Of the propagators that the wrapper names. */
const HEADER = 'traceparent';
const DISTRIBUTION = '@aws/aws-distro-opentelemetry-node-autoinstrumentation';
/** Hooks of the module loaders, which a bundle can't hold, and what they need. */
const HOOKS = ['import-in-the-middle', 'require-in-the-middle'];

const NODE_WRAPPER = `#!/bin/bash
export NODE_OPTIONS="$NODE_OPTIONS --import /opt/wrapper.mjs"
export OTEL_NODE_ENABLED_INSTRUMENTATIONS=aws-sdk,aws-lambda,http
export OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_PROPAGATORS=baggage,tracecontext,xray
export OTEL_SERVICE_NAME=$AWS_LAMBDA_FUNCTION_NAME
export OTEL_AWS_APPLICATION_SIGNALS_ENABLED=true
exec "$@"
`;

const NODE_ES_WRAPPER = `import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const layer = createRequire('/opt/nodejs/');
const { createAddHookMessageChannel } = layer('import-in-the-middle');
const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel();
register(pathToFileURL(layer.resolve('import-in-the-middle/hook.mjs')), registerOptions);
await waitForAllMessagesAcknowledged();
await import('/opt/wrapper.js');
`;

const PYTHON_WRAPPER = `#!/bin/bash
export PYTHONPATH="$LAMBDA_RUNTIME_DIR:/opt/python:$PYTHONPATH"
export OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none
export OTEL_PROPAGATORS=baggage,xray,tracecontext
export OTEL_SERVICE_NAME=$AWS_LAMBDA_FUNCTION_NAME
export OTEL_AWS_APPLICATION_SIGNALS_ENABLED=true OTEL_AWS_APPLICATION_SIGNALS_RUNTIME_ENABLED=false
export OTEL_PYTHON_DISTRO=aws_distro OTEL_PYTHON_CONFIGURATOR=aws_configurator
export OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=aws-lambda
export ORIG_HANDLER=$_HANDLER
export _HANDLER=otel_wrapper.lambda_handler
exec python3 /opt/python/bin/opentelemetry-instrument "$@"
`;

const PYTHON_HANDLER = `import importlib, os
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor

AwsLambdaInstrumentor().instrument()
module, _, name = os.environ["ORIG_HANDLER"].rpartition(".")
lambda_handler = getattr(importlib.import_module(module.replace("/", ".")), name)
`;

function datagrams({ reports }: Collector): string[] {
  return reports.map((report) => Buffer.from(report.slice(report.indexOf('T1') + 3), 'base64').toString('latin1'));
}

/** One file, beside the packages that it can't hold: what the layer has. */
async function bundled(directory: string): Promise<void> {
  await build({
    stdin: { contents: `require('${DISTRIBUTION}/register')`, resolveDir: directory },
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: HOOKS,
    minify: true,
    keepNames: true,
    logLevel: 'error',
    outfile: path.join(directory, 'wrapper.js'),
  });
  const modules = path.join(directory, 'node_modules');
  const kept = needed(modules, HOOKS);
  for (const name of fs.readdirSync(modules)) {
    if (!kept.has(name)) {
      await fs.promises.rm(path.join(modules, name), { recursive: true });
    }
  }
}

/** Packages, with those that they depend on. */
function needed(modules: string, names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names.filter((candidate) => !found.has(candidate))) {
    found.add(name);
    const manifest = JSON.parse(fs.readFileSync(path.join(modules, name, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
    needed(modules, Object.keys(manifest.dependencies ?? {}), found);
  }
  return found;
}

const variables = (collector: Collector) => ({ nextWrapper: WRAPPER, AWS_XRAY_DAEMON_ADDRESS: collector.daemon });

const nodejs: Attachment = {
  language: NODEJS,
  forms: [COMMON_JS, ES_MODULE],
  lay: async (opt) => {
    const packages = await nodePackages('adot', bundled);
    await copy(path.join(packages, 'node_modules'), path.join(opt, 'nodejs/node_modules'));
    await copy(path.join(packages, 'wrapper.js'), path.join(opt, 'wrapper.js'));
    await write(opt, 'wrapper.mjs', NODE_ES_WRAPPER);
    await write(opt, 'otel-instrument', NODE_WRAPPER);
  },
  variables,
  header: HEADER,
  reports: datagrams,
  invocation: /faas\.(?:invocation_id|execution)[^\w-]+([a-z-]+)/,
};

const python: Attachment = {
  language: PYTHON,
  forms: [PYTHON_MODULE],
  lay: async (opt) => {
    await copy(await pythonPackages('adot'), path.join(opt, 'python'));
    await write(opt, 'python/otel_wrapper.py', PYTHON_HANDLER);
    await write(opt, 'otel-instrument', PYTHON_WRAPPER);
  },
  variables,
  header: HEADER,
  reports: datagrams,
  invocation: /faas\.(?:invocation_id|execution)[^\w-]+([a-z-]+)/,
};

export const ADOT: Vendor = { name: 'AWS Distro for OpenTelemetry', attachments: [nodejs, python] };
