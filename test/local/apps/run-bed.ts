/**
 * A program with a bed, for tests of what happens around it. Prints JSON lines: {endpoint, directory} when it is open, then what it did.
 * `round`: deploys, invokes, destroys, closes. `invoke`: stays in a function that sleeps. `deploy`: stays in a deployment that waits.
 */
import * as path from 'node:path';

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

import { Bed } from '../../../local/bed';

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(what: string): Promise<void> {
  const bed = await Bed.open({
    log: (line) => void process.stderr.write(`${line}\n`),
    onEvent: (event) => {
      if (event.type === 'invocation-started') {
        say({ started: event.invocation.functionName });
      }
    },
  });
  say({ endpoint: bed.endpoint, directory: path.dirname(bed.environment.HOME) });
  const python = bed.newestRuntime('python');
  const app = {
    command: `npx tsx ${path.join(__dirname, 'sleeper.ts')}`,
    cwd: path.join(__dirname, '../../..'),
    environment: { PYTHON_RUNTIME: python, WAITS: what === 'deploy' ? 'yes' : '' },
  };
  const { Sleeper } = await bed.deploy(app);
  say({ deployed: Sleeper });
  const lambda = new LambdaClient({ ...bed.clientConfig, maxAttempts: 1 });
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: Sleeper.Name, Payload: Buffer.from(what === 'invoke' ? '{"sleep":600}' : '{"sleep":0}') }),
  );
  say({ answered: Buffer.from(Payload!).toString() });
  await bed.destroy(app);
  await bed.close();
  say({ closed: true });
}

void main(process.argv[2]);
