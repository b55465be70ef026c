import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseArgs } from 'node:util';

import { runDemo } from './run';

// The AWS SDK for JavaScript announces here that it will leave Node.js 20 behind; whoever runs a demo need not know
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const REPORT = path.resolve('demo-report.html');

/** `npm run demo -- [--events N]`: the last line printed is the verdict; exits 1 when it does not hold. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { events: { type: 'string', default: '300' } } });
  const events = Number(values.events);
  if (!Number.isInteger(events) || events < 1) {
    throw new Error(`--events ${values.events}: give a whole number of at least 1, for example --events 300`);
  }
  const result = await runDemo({ events, out: process.stdout });
  writeFileSync(REPORT, result.page);
  console.log(`The picture: ${REPORT}`);
  for (const line of result.complaints) {
    console.log(line);
  }
  console.log(result.operationLine);
  console.log(result.line);
  process.exitCode = result.good ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
