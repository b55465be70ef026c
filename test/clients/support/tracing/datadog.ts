/** Datadog: the handler is the layer's, which loads the function's own by DD_LAMBDA_HANDLER. Without the extension, spans are lines of the log. */
import * as path from 'node:path';

import { NODEJS } from '../nodejs';
import { PYTHON } from '../python';
import { nodePackages, pythonPackages } from './packages';
import { type Attachment, COMMON_JS, copy, ES_MODULE, PYTHON_MODULE, type Vendor } from './vendor';

const VARIABLES = {
  DD_LAMBDA_HANDLER: 'app.handler',
  DD_TRACE_ENABLED: 'true',
  DD_FLUSH_TO_LOG: 'true',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_SITE: 'localhost',
};
const HEADER = 'x-datadog-trace-id';

function spans(_: unknown, output: string): string[] {
  return output.split('\n').filter((line) => line.includes('"traces":'));
}

const nodejs: Attachment = {
  language: NODEJS,
  forms: [COMMON_JS, ES_MODULE],
  lay: async (opt) => {
    const modules = path.join(opt, 'nodejs/node_modules');
    const packages = path.join(await nodePackages('datadog'), 'node_modules');
    await copy(packages, modules);
    // The layer has the package's build in the package's place
    await copy(path.join(packages, 'datadog-lambda-js/dist'), path.join(modules, 'datadog-lambda-js'));
  },
  handler: '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler',
  variables: () => VARIABLES,
  header: HEADER,
  reports: spans,
  invocation: /"request_id": ?"([^"]+)"/,
};

const python: Attachment = {
  language: PYTHON,
  forms: [PYTHON_MODULE],
  lay: async (opt) => copy(await pythonPackages('datadog'), path.join(opt, 'python')),
  handler: 'datadog_lambda.handler.handler',
  // By default it leaves alone what the handler calls by
  variables: () => ({ ...VARIABLES, DD_TRACE_HTTPLIB_ENABLED: 'true' }),
  header: HEADER,
  reports: spans,
  invocation: /"request_id": ?"([^"]+)"/,
};

export const DATADOG: Vendor = { name: 'Datadog', attachments: [nodejs, python] };
