import { ensureRuntimes, supportedRuntimes } from '../local/sandbox/runtimes';

/** `npm run clients`: fetches AWS's runtime interface clients and the interpreters that the local bed runs functions on, once for each checkout. */
async function main(): Promise<void> {
  await ensureRuntimes(undefined, (line) => console.log(line));
  for (const { runtime, interpreter, client, label, missing } of await supportedRuntimes()) {
    console.log(missing ? `${runtime}: not run: ${missing}` : `${runtime}: interpreter ${interpreter}, client ${label ?? client}`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
