import { GetParametersCommand, type GetParametersCommandOutput, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';

import { grammar } from '../../contract/maintenance-window/window.json';
import { shownError } from '../../thrown';
import type { MirroredValue, ReadParameters } from '../mirror/mirrored';
import { operatorParameterOf, plannedParameterOf, type WindowNames } from '../mirror/parameter-names';
import { parseOperator, parsePlanned } from '../window/value';
import type { Bounds } from './mirror-table';
import { isRefusal, mayPass, repeated, type ServiceError } from './repeated';

/** Why a window could not be mirrored as Parameter Store has it now. */
export interface Trouble {
  readonly parameter: string;
  readonly cause: string;
  readonly fix: string;
}

/** What Parameter Store said of one window. */
export interface WindowReading {
  /** Undefined when it did not answer. */
  readonly read?: ReadParameters;
  readonly troubles: readonly Trouble[];
  /** The operator's parameter does not exist, which is no trouble as long as the window is being made. */
  readonly missing?: Trouble;
}

const LONGEST_ATTEMPT = 3_000;
/** Parameters of one call, by AWS: two of each window. */
const WINDOWS_IN_A_CALL = 5;

/** The windows in groups that one call reads. */
export function batchesOf(windows: readonly WindowNames[]): WindowNames[][] {
  return Array.from({ length: Math.ceil(windows.length / WINDOWS_IN_A_CALL) }, (_, index) =>
    windows.slice(index * WINDOWS_IN_A_CALL, (index + 1) * WINDOWS_IN_A_CALL),
  );
}

/** Reads the parameters of one batch of windows: a reading for each, in their order. Never throws. */
export async function readParameters(ssm: Pick<SSMClient, 'send'>, windows: readonly WindowNames[], bounds: Bounds): Promise<WindowReading[]> {
  const names = windows.flatMap((window) => [operatorParameterOf(window), plannedParameterOf(window)]);
  const command = new GetParametersCommand({ Names: names });
  let at = 0;
  const send = (abortSignal: AbortSignal) => {
    at = bounds.clock.now();
    return ssm.send(command, { abortSignal });
  };
  let answer: GetParametersCommandOutput;
  try {
    answer = await repeated(send, { ...bounds, longestAttempt: LONGEST_ATTEMPT });
  } catch (error) {
    if (windows.length > 1 && isRefusal(error as ServiceError) && !mayPass(error as ServiceError)) {
      // One parameter that may not be read has the whole call refused
      return (await Promise.all(windows.map((window) => readParameters(ssm, [window], bounds)))).flat();
    }
    return windows.map((window) => ({
      troubles: [
        {
          parameter: operatorParameterOf(window),
          cause: `ssm:GetParameters failed, ${shownError(error)}`,
          fix: 'it is read again each minute; until then gates go by the last value, and ask Parameter Store themselves',
        },
      ],
    }));
  }
  const found = new Map((answer.Parameters ?? []).map((parameter) => [parameter.Name, parameter]));
  return windows.map((window) => readingOf(window, found, at));
}

function readingOf(window: WindowNames, found: ReadonlyMap<string | undefined, Parameter>, at: number): WindowReading {
  const names = { operator: operatorParameterOf(window), planned: plannedParameterOf(window) };
  const operator = found.get(names.operator);
  const planned = found.get(names.planned);
  const troubles: Trouble[] = [];
  const readable = (parameter: Parameter | undefined, name: string, parse: (value: string) => unknown, fix: string) => {
    try {
      return parameter && valueOf(parameter, parse);
    } catch (error) {
      troubles.push({ parameter: name, cause: shownError(error), fix });
      return undefined;
    }
  };
  return {
    read: {
      at,
      operator: readable(operator, names.operator, parseOperator, `write a value of a window to it, '${grammar.initial}' for example`),
      planned: planned ? readable(planned, names.planned, parsePlanned, 'deploy the stack again, which plans anew') : 'absent',
    },
    troubles,
    missing: operator
      ? undefined
      : {
          parameter: names.operator,
          cause: 'it does not exist',
          fix: `write a value to it, '${grammar.initial}' or another: the last one counts until then`,
        },
  };
}

/** @throws WindowValueError when the text can't be read, Error when Parameter Store has left something out */
function valueOf({ Value: value = '', Version: version, LastModifiedDate: date }: Parameter, parse: (value: string) => unknown): MirroredValue {
  parse(value);
  const modified = date?.getTime();
  if (version === undefined || modified === undefined || !Number.isFinite(modified)) {
    throw new Error(`ssm:GetParameters gave ${version === undefined ? 'no Version' : 'no LastModifiedDate'}`);
  }
  return { value, version, modified };
}
