/** One execution environment, from the start of its process to its first answer. */
import { randomUUID } from 'node:crypto';

import { RuntimeProcess } from '../../local/data-plane/runtime-process';
import { startSandbox } from '../../local/sandbox/sandbox';

/** Longer than any boot takes: what it ends is a hang. */
export const PATIENCE_MS = 30_000;

export interface Boot {
  readonly runtime: string;
  readonly handler: string;
  readonly taskRoot: string;
  readonly optRoot: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What it took, in milliseconds. */
export interface Took {
  readonly cpu: number;
  readonly time: number;
}

const LAMBDA = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'ASIABENCHFUNCTION',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_LAMBDA_FUNCTION_NAME: 'fn',
  AWS_LAMBDA_FUNCTION_VERSION: '1',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/fn',
  AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
};

/** @throws Error with what the process wrote, when the first answer is not the handler's */
export async function boot({ environment, ...spec }: Boot): Promise<Took> {
  const output: Buffer[] = [];
  const started = performance.now();
  const process = await RuntimeProcess.start(startSandbox, {
    memorySize: 1024,
    ephemeralStorage: 64,
    environment: { ...LAMBDA, ...environment },
    onOutput: (chunk) => output.push(chunk),
    ...spec,
  });
  try {
    const { outcome } = process.deliver({
      requestId: randomUUID(),
      invocationId: randomUUID(),
      deadlineMs: Date.now() + PATIENCE_MS,
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
      payload: Buffer.from('{"order":1}'),
    });
    const ended = await process.waitFor(outcome, PATIENCE_MS);
    const time = performance.now() - started;
    const { cpu } = 'done' in ended ? (JSON.parse(ended.done.payload.toString()) as { cpu?: number }) : {};
    if (typeof cpu !== 'number') {
      throw new Error(`${spec.runtime} did not answer: ${JSON.stringify(ended)}\n${Buffer.concat(output).toString()}`);
    }
    return { cpu, time };
  } finally {
    await process.end();
  }
}
