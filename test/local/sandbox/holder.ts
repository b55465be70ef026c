import { detectIsolation, type IsolationName } from '../../../local/sandbox/isolation';
import { OneEnvironment } from './environment';

/** Holds a sandbox whose processes carry a name, until it is killed. */
async function main(isolation: IsolationName, name: string): Promise<void> {
  const environment = await OneEnvironment.start({
    code: { 'app.py': `import subprocess\nsubprocess.Popen(["setsid", "bash", "-c", "echo started; while :; do sleep 1; done", "${name}"])\ndef handler(event, context):\n    pass` },
    isolation: await detectIsolation([isolation]),
  });
  await environment.prints('started');
  console.log('started');
}

main(process.argv[2] as IsolationName, process.argv[3]).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
