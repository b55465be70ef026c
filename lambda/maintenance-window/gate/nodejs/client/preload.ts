/** Runs before the runtime's client: `node --import preload.mjs /var/runtime/index.mjs`. Its top-level await is what holds the handler's loading. */
import './taken/zlib'; // before user code, which may patch it: the store is loaded after that

import { AwsClient } from '../../../../aws/nodejs/client';
import type { Environment } from '../../../../environment';
import { Gate } from '../quiet/gate';
import { standardOutput } from '../quiet/report';
import { readSettings } from '../quiet/settings';
import { readWindow } from '../quiet/source';
import { WindowCache } from '../quiet/window-cache';
import { Attachment } from './attachment';
import { isChild, markProcess } from './process-mark';
import { errorBody, RuntimeApi } from './runtime-api';
import { Session } from './session';

const { isMainThread } = process.getBuiltinModule('node:worker_threads');

/** Makes the client poll without its native part, past the seam. */
const ALTERNATIVE_CLIENT = 'AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1';

/** Milliseconds: many times what name lookup, connection and handshake take inside a Region. */
const MOST_UNDERWAY = 200;

async function attach(environment: Environment, entry: string): Promise<void> {
  const settings = readSettings(environment);
  const reporter = standardOutput(settings.functionKey, settings.jsonLogs);
  const client = new AwsClient(environment);
  const cache = new WindowCache({ settings, read: (budget) => readWindow(client, settings, budget), reporter });
  const gate = new Gate({ settings, environment, cache, client, reporter, clock: Date.now });
  gate.start();
  const session = new Session(gate, new RuntimeApi(environment.AWS_LAMBDA_RUNTIME_API!));
  const attachment = new Attachment(entry, session, settings, reporter);
  const native = attachment.open();
  if (!native) {
    return;
  }
  if (!settings.loadsAfterCheck) {
    await (settings.isSnapStart ? undefined : underway(client));
  } else if (await gate.holdsAtBoot()) {
    native.initializeClient?.(`aws-lambda-nodejs/${process.version}`);
    await session.hold(native);
  }
  attachment.watch();
}

/** Lets the read's request leave, which needs turns of the event loop, before user code keeps that busy. What hangs is not waited for. */
async function underway(client: AwsClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    client.underway,
    new Promise((resolve) => {
      timer = setTimeout(resolve, MOST_UNDERWAY);
    }),
  ]);
  clearTimeout(timer);
}

/** Neither a worker nor a process that user code starts serves invocations, and both may inherit this preload. */
if (isMainThread && !isChild(process.env, process.argv[1])) {
  markProcess(process.env);
  delete process.env[ALTERNATIVE_CLIENT];
  const environment = { ...process.env };
  try {
    await attach(environment, process.argv[1]);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    process.stderr.write(`cdk-patient-lambda: ${failure.name}: ${failure.message}\n`);
    // Refused after the first invocation: then the exit is what fails it
    await new RuntimeApi(environment.AWS_LAMBDA_RUNTIME_API!).failInit(failure.name, errorBody(failure)).catch(() => undefined);
    process.exit(1);
  }
}
