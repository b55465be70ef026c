/** What happens to a function from outside while an operation is between two executions of it. */
import { setTimeout as sleep } from 'node:timers/promises';

import {
  DeleteFunctionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionRecursionConfigCommand,
  RecursiveLoop,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';

import { type Cause, type FunctionName, TYPES } from './causes';
import { type Case, oneCase } from './requests';
import type { Stand } from './stand';

const BROKEN: Readonly<Partial<Record<FunctionName, string>>> = {
  ImportError: 'import-error.handler',
  SyntaxError: 'syntax-error.handler',
  NoSuchHandler: 'no-such-handler.handler',
  ThrowsAtLoad: 'throws-at-load.handler',
  ModuleThrows: 'throws-at-load-module.handler',
  AwaitThrows: 'throws-after-await.handler',
  ThrowsDeep: 'throws-deep.handler',
};

/** Executions of one function in one chain before Lambda stops the next. */
const RECURSION_LIMIT = 16;

/**
 * Seconds since the first execution started at which others are sent, to take its place and those of its like after their margin, at 24 s: before
 * what follows them, and not so early that they are too old by then, which at the stand's time scale they are after 7.5 s. Whether executions start
 * together or, on a busy machine, one after the other, some of the others have come in time.
 */
const OTHERS_COME_AT = [19, 22];

/**
 * Sends the cases of one function, and does to it what the cause says as soon as its first executions run.
 *
 * @returns those whose first execution had ended before, so that their next one may have met nothing
 */
export async function strike(stand: Stand, name: FunctionName, cases: readonly Case[]): Promise<readonly Case[]> {
  const onAHop = cases.filter(({ place, cause }) => place === 'on a hop' || cause.failure === 'goes on');
  const atOnce = cases.filter((each) => !onAHop.includes(each));
  const FunctionName = stand.nameOf(name);
  if (name === 'Recursive') {
    await stopRecursion(stand, onAHop, atOnce);
    return [];
  }
  await Promise.all(onAHop.map((each) => stand.send(each)));
  const firstStart = await stand.started(name, onAHop.length);
  if (name in BROKEN) {
    await stand.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: BROKEN[name] }));
  } else if (name === 'Removed') {
    await stand.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  } else if (name === 'SwitchedOff') {
    await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  } else if (name === 'Busy') {
    await takeUp(stand, name, onAHop.length, firstStart);
  }
  const late = onAHop.filter((each) => stand.executions(each).some(({ end }) => end !== undefined));
  await Promise.all(atOnce.map((each) => stand.send(each)));
  return late;
}

/** Lets others have every execution that the function may run, from when the present ones end. */
async function takeUp(stand: Stand, name: FunctionName, executions: number, firstStart: number): Promise<void> {
  await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: stand.nameOf(name), ReservedConcurrentExecutions: executions }));
  const others: Cause = { what: 'others', failure: 'blocks the event loop', function: name };
  for (const seconds of OTHERS_COME_AT) {
    await sleep(firstStart + seconds * 1000 - Date.now());
    await Promise.all(Array.from({ length: executions }, () => stand.send(oneCase(others, 'Create', 'on the first execution'))));
  }
}

/** Begins chains that are as long as Lambda lets them be, once with the first execution and once with the hop after it. */
async function stopRecursion(stand: Stand, onAHop: readonly Case[], atOnce: readonly Case[]): Promise<void> {
  const FunctionName = stand.nameOf('Recursive');
  await stand.lambda.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: RecursiveLoop.Terminate }));
  const probe = oneCase({ what: 'a look at a chain', failure: 'tells what runs', function: 'Recursive' }, TYPES[0], 'on the first execution');
  await stand.send(probe);
  const { answer } = await stand.answered(probe);
  // The counter of this function, 0 in a first execution, is the last field
  const after = (executions: number) => String(answer.Data!.trace).replace(/0$/, String(executions - 1));
  await Promise.all([
    ...atOnce.map((each) => stand.send(each, after(RECURSION_LIMIT))),
    ...onAHop.map((each) => stand.send(each, after(RECURSION_LIMIT - 1))),
  ]);
}
