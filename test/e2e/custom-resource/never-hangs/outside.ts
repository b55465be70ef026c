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
};

/** Executions of one function in one chain before Lambda stops the next. */
const RECURSION_LIMIT = 16;

/** Seconds of an execution after which the executions that follow it find the function taken. */
const SHORTLY_BEFORE_THE_MARGIN = 9;

/** Sends the cases of one function, and does to it what the cause says as soon as its first executions run. */
export async function strike(stand: Stand, name: FunctionName, cases: readonly Case[]): Promise<void> {
  const onAHop = cases.filter(({ place, cause }) => place === 'on a hop' || cause.failure === 'goes on');
  const atOnce = cases.filter((each) => !onAHop.includes(each));
  const FunctionName = stand.nameOf(name);
  if (name === 'Recursive') {
    await stopRecursion(stand, onAHop, atOnce);
    return;
  }
  await Promise.all(onAHop.map((each) => stand.send(each)));
  await stand.started(name, onAHop.length);
  if (name in BROKEN) {
    await stand.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: BROKEN[name] }));
  } else if (name === 'Removed') {
    await stand.lambda.send(new DeleteFunctionCommand({ FunctionName }));
  } else if (name === 'SwitchedOff') {
    await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  } else if (name === 'Busy') {
    await takeUp(stand, name, onAHop.length);
  }
  await Promise.all(atOnce.map((each) => stand.send(each)));
}

/** Lets others have every execution that the function may run, from when the present ones end. */
async function takeUp(stand: Stand, name: FunctionName, executions: number): Promise<void> {
  await stand.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: stand.nameOf(name), ReservedConcurrentExecutions: executions }));
  await sleep(SHORTLY_BEFORE_THE_MARGIN * 1000);
  const others: Cause = { what: 'others', failure: 'blocks the event loop', function: name };
  await Promise.all(Array.from({ length: executions }, () => stand.send(oneCase(others, 'Create', 'on the first execution'))));
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
