import * as path from 'node:path';

import { InvokeCommand, LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';

import { Bed } from '../local/bed';
import { median } from './median';

const STACK = 'Invocations';
const PAYLOAD = Buffer.from('{"order":1}');

export interface Times {
  readonly cold: number;
  readonly warm: number;
}

/** Cold and warm invocations on the bed, the guarded function and the bare one in turn, so that a slow moment meets both. */
export async function compareInvocations(times: Times): Promise<void> {
  const bed = await Bed.open();
  try {
    const runtimes = { python: bed.newestRuntime('python'), nodejs: bed.newestRuntime('nodejs') };
    const outputs = (
      await bed.deploy({ command: `${JSON.stringify(process.execPath)} --import tsx app.ts`, cwd: path.join(__dirname, 'app'), context: runtimes })
    )[STACK];
    const lambda = new LambdaClient(bed.clientConfig);
    console.log('\n### Invocations of a function under a window, beside the bare one\n');
    console.log('| runtime | | bare ms | guarded ms | difference ms | ratio |\n|---|---|---|---|---|---|');
    for (const [language, runtime] of [
      ['Python', runtimes.python],
      ['Nodejs', runtimes.nodejs],
    ]) {
      const names = { bare: outputs[`${language}BareName`], guarded: outputs[`${language}GuardedName`] };
      report(runtime, 'cold', await inTurn(names, times.cold, (name) => cold(lambda, name)));
      report(runtime, 'warm', await inTurn(names, times.warm, (name) => timed(lambda, name)));
    }
  } finally {
    await bed.close();
  }
}

interface Samples {
  readonly bare: number[];
  readonly guarded: number[];
}

async function inTurn(names: { bare: string; guarded: string }, times: number, measure: (name: string) => Promise<number>): Promise<Samples> {
  const samples: Samples = { bare: [], guarded: [] };
  for (let n = 0; n < times; n++) {
    samples.bare.push(await measure(names.bare));
    samples.guarded.push(await measure(names.guarded));
  }
  return samples;
}

/** A changed configuration retires the environments that there are. */
async function cold(lambda: LambdaClient, name: string): Promise<number> {
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Description: `cold at ${Date.now()}` }));
  return timed(lambda, name);
}

async function timed(lambda: LambdaClient, name: string): Promise<number> {
  const start = process.hrtime.bigint();
  const response = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: PAYLOAD }));
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (response.FunctionError) {
    throw new Error(`${name}: ${Buffer.from(response.Payload!).toString()}`);
  }
  return milliseconds;
}

function report(runtime: string, what: string, { bare, guarded }: Samples): void {
  const [a, b] = [median(bare), median(guarded)];
  console.log(
    `| ${runtime} | ${what}, median of ${bare.length} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${(b - a).toFixed(2)} | ${(b / a).toFixed(2)} |`,
  );
}
