import { detectIsolation, type IsolationName } from '../../../local/sandbox/isolation';
import { OneEnvironment } from './environment';

/** Holds a sandbox in mid-invocation, whose processes carry a name, until it is killed: the function does not notice that the Runtime API is gone. */
async function main(isolation: IsolationName, name: string): Promise<void> {
  const environment = await OneEnvironment.start({
    code: {
      'app.py': [
        'import subprocess, time',
        'def handler(event, context):',
        `    subprocess.Popen(["setsid", "bash", "-c", "echo started; while :; do sleep 1; done", "${name}"])`,
        '    time.sleep(600)',
      ].join('\n'),
    },
    isolation: await detectIsolation([isolation]),
  });
  void environment.invoke({});
  await environment.prints('started');
  console.log('started');
}

main(process.argv[2] as IsolationName, process.argv[3]).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
