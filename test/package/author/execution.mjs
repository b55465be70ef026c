/** One execution of a function as Lambda begins it: `node execution.mjs <path of the code> <event>`, of 15 seconds. */
import { pathToFileURL } from 'node:url';

const [path, event] = process.argv.slice(2);
const { handler } = await import(pathToFileURL(path).href);
const endsAt = Date.now() + 15_000;
await handler(JSON.parse(event), {
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:search:live',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => endsAt - Date.now(),
});
