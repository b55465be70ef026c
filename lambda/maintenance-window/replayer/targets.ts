import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { cacheTtlSeconds } from '../../contract/maintenance-window/timing.json';
import { environment as names, layer } from '../../contract/names.json';
import { shownError } from '../../thrown';
import type { WindowNames } from './windows';

/** Whether pointers may be sent to a function, and where its window stands. */
export type Target = { readonly accepted: true; readonly window: WindowNames } | { readonly accepted: false; readonly reason: string };

/** Checks each target once for a drain: a function without the gate would take a pointer for an event of its own. */
export class Targets {
  private readonly checked = new Map<string, Promise<Target>>();

  constructor(private readonly lambda: LambdaClient) {}

  /** @param functionArn as invoked, with its qualifier: an alias leads to what it points to now, a version number to that version */
  of(functionArn: string, functionKey: string): Promise<Target> {
    const key = `${functionKey} ${functionArn}`;
    let check = this.checked.get(key);
    if (!check) {
      check = this.check(functionArn, functionKey);
      this.checked.set(key, check);
    }
    return check;
  }

  private async check(functionArn: string, functionKey: string): Promise<Target> {
    try {
      const { Environment } = await this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionArn }));
      if (Environment?.Error) {
        const { ErrorCode, Message } = Environment.Error;
        return refused(`its environment variables cannot be read (${ErrorCode}: ${Message}); allow the replayer kms:Decrypt on their key`);
      }
      return targetOf(Environment?.Variables ?? {}, functionKey);
    } catch (error) {
      return refused(shownError(error));
    }
  }
}

/** What a function's environment variables say about it. */
export function targetOf(variables: Readonly<Record<string, string>>, functionKey: string): Target {
  if (variables[names.wrapper] !== layer.wrapper) {
    return refused(`lacks the gate: ${names.wrapper} is ${quoted(variables[names.wrapper])}, not '${layer.wrapper}'`);
  }
  if (variables[names.disabled] === 'true') {
    return refused(`runs without its gate: ${names.disabled} is 'true'; remove the variable`);
  }
  if (variables[names.functionKey] !== functionKey) {
    return refused(`guards other events: ${names.functionKey} is ${quoted(variables[names.functionKey])}, not '${functionKey}'`);
  }
  const operator = variables[names.operatorParameter];
  if (!operator) {
    return refused(`lacks the gate: ${names.operatorParameter} is not set`);
  }
  return {
    accepted: true,
    window: {
      operator,
      planned: variables[names.plannedParameter] || undefined,
      cacheTtl: seconds(variables[names.cacheTtl], cacheTtlSeconds.default),
      leadTime: seconds(variables[names.leadTime], 0),
    },
  };
}

function refused(reason: string): Target {
  return { accepted: false, reason };
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'not set' : `'${value}'`;
}

/** Milliseconds of a number of seconds; the default where there is none, as the gate has it. */
function seconds(value: string | undefined, absent: number): number {
  const number = Number(value);
  return (value && number >= 0 ? number : absent) * 1000;
}
