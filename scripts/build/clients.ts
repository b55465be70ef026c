import { ensureRuntimes } from '../../local/sandbox/runtimes';
import { runtimeLines } from '../check/runtimes';

/** `npm run clients`: fetches AWS's runtime interface clients and the interpreters that the local bed runs functions on, once for each checkout. */
async function main(): Promise<void> {
  await ensureRuntimes(undefined, (line) => console.log(line));
  console.log((await runtimeLines()).join('\n'));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
