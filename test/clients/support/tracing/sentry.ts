/** Sentry: in Node.js a module of NODE_OPTIONS that puts its handler before the function's; in Python a handler of the layer's. */
import * as path from 'node:path';

import { NODEJS } from '../nodejs';
import { PYTHON } from '../python';
import type { Collector } from './collector';
import { nodePackages, pythonPackages } from './packages';
import { type Attachment, COMMON_JS, copy, ES_MODULE, PYTHON_MODULE, type Vendor, write } from './vendor';

const HEADER = 'sentry-trace';

/** The package has no handler for the layer: this one is the test's own, configured by the layer's variables. */
const PYTHON_HANDLER = `import importlib, os
import sentry_sdk
from sentry_sdk.integrations.aws_lambda import AwsLambdaIntegration

sentry_sdk.init(integrations=[AwsLambdaIntegration()], traces_sample_rate=float(os.environ["SENTRY_TRACES_SAMPLE_RATE"]))

def sentry_lambda_handler(event, context):
    module, _, name = os.environ["SENTRY_INITIAL_HANDLER"].rpartition(".")
    return getattr(importlib.import_module(module), name)(event, context)
`;

/** By another name than the service's that the handler calls: Sentry passes no trace on to itself. */
const variables = (collector: Collector) => ({ SENTRY_DSN: `http://key@localhost:${collector.port}/1`, SENTRY_TRACES_SAMPLE_RATE: '1.0' });

/** Envelopes, without the breadcrumbs: calls that the process has made since the last report, those of the gate among them. */
function reports(collector: Collector): string[] {
  const member = (line: string) => JSON.stringify(JSON.parse(line), (key, value: unknown) => (key === 'breadcrumbs' ? undefined : value));
  return collector.reports.map((envelope) => envelope.trimEnd().split('\n').map(member).join('\n'));
}

const nodejs: Attachment = {
  language: NODEJS,
  forms: [
    { ...COMMON_JS, variables: { NODE_OPTIONS: '-r @sentry/aws-serverless/awslambda-auto' } },
    // By its path, for an import does not look where NODE_PATH says
    { ...ES_MODULE, variables: { NODE_OPTIONS: '--import /opt/nodejs/node_modules/@sentry/aws-serverless/build/npm/esm/awslambda-auto.js' } },
  ],
  lay: async (opt) => copy(path.join(await nodePackages('sentry'), 'node_modules'), path.join(opt, 'nodejs/node_modules')),
  variables,
  header: HEADER,
  reports,
  invocation: /"aws_request_id":"([^"]+)"/,
};

const python: Attachment = {
  language: PYTHON,
  forms: [PYTHON_MODULE],
  lay: async (opt) => {
    await copy(await pythonPackages('sentry'), path.join(opt, 'python'));
    await write(opt, 'python/sentry_handler.py', PYTHON_HANDLER);
  },
  handler: 'sentry_handler.sentry_lambda_handler',
  variables: (collector) => ({ ...variables(collector), SENTRY_INITIAL_HANDLER: 'app.handler' }),
  header: HEADER,
  reports,
  invocation: /"aws_request_id":"([^"]+)"/,
};

export const SENTRY: Vendor = { name: 'Sentry', attachments: [nodejs, python] };
