import { Annotations, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { type LongRunningCodeOptions, LongRunningHandler, LongRunningProvider } from '../../../../src';
import { NAMES } from '../../../../src/private/contract.generated';
import { newStack, warnings } from '../../maintenance-window/app';
import { code, fn, longRunning, problems } from '../template';

const { moreResourcesThanExecutions, noSpareExecution, shortServiceTimeout } = NAMES.annotations;

/** What is warned about, of one kind. */
function told(stack: Stack, id: string): string[] {
  return warnings(stack).filter((warning) => warning.includes(`[ack: ${id}]`));
}

describe('more resources than reserved executions', () => {
  function served(reservedConcurrentExecutions: number | undefined, resources: number, made = false): Stack {
    const stack = newStack();
    const options = { reservedConcurrentExecutions };
    const provider = new LongRunningProvider(stack, 'P', { handler: made ? LongRunningHandler.fromFunction(fn(stack, options)) : code(options) });
    for (let n = 1; n <= resources; n += 1) {
      longRunning(stack, `R${n}`, { handler: LongRunningHandler.fromProvider(provider) });
    }
    return stack;
  }

  test.each([
    ['the construct makes', false, 'Orders/P/Function'],
    ['is made elsewhere', true, 'Orders/Fn'],
  ])('are warned about, with both numbers, where the function %s', (_, made, path) => {
    expect(told(served(1, 4, made), moreResourcesThanExecutions)).toEqual([
      expect.stringContaining(
        `function '${path}' has reservedConcurrentExecutions 1 and serves 4 resources: a waiting operation holds one execution`,
      ),
    ]);
  });

  test('are not as many, or fewer, or where nothing is reserved', () => {
    for (const [reserved, resources] of [
      [4, 4],
      [5, 4],
      [undefined, 4],
    ]) {
      expect(warnings(served(reserved, resources!))).toEqual([]);
    }
  });

  test('are counted in all stacks, plain ones too', () => {
    const beside = (...ids: string[]) => {
      const stack = served(2, 1);
      const { serviceToken } = stack.node.findChild('P') as LongRunningProvider;
      const other = new Stack(stack.node.root, 'Other');
      ids.forEach((id) => new CustomResource(other, id, { serviceToken }));
      return told(stack, moreResourcesThanExecutions);
    };
    expect(beside('A')).toEqual([]);
    expect(beside('A', 'B')).toEqual([expect.stringContaining('has reservedConcurrentExecutions 2 and serves 3 resources')]);
  });

  test('are not warned about once that is acknowledged', () => {
    const stack = served(1, 4);
    Annotations.of(stack).acknowledgeWarning(moreResourcesThanExecutions);
    expect(warnings(stack)).toEqual([]);
  });
});

describe('an operation that may take every execution', () => {
  function operation(timeout: number | undefined, options: Partial<LongRunningCodeOptions>): string[] {
    const stack = newStack();
    longRunning(stack, 'Restore', { handler: code(options), timeout: timeout === undefined ? undefined : Duration.seconds(timeout) });
    return told(stack, noSpareExecution);
  }

  test.each([
    [3540, 325, 352, 3245],
    [144, 15, 17, 132],
    [1440, 150, 161, 1320],
  ])('of %i s, each %i s long, is warned about: nothing is left for a wait that names an id', (timeout, execution, longer, shorter) => {
    const options = { executionTimeout: Duration.seconds(execution) };
    expect(operation(timeout, options)).toEqual([
      expect.stringContaining(
        `an operation of ${timeout} seconds takes all 12 executions of ${execution} seconds that there are: a wait that names a physical id takes one more, ` +
          'and a poll of p seconds up to 2 p of each, so that an operation which needs all its time is FAILED early; let an execution take ' +
          `${longer} seconds and twice the longest poll (executionTimeout, or the function's timeout), or lower timeout to ${shorter} seconds or less`,
      ),
    ]);
    expect(operation(timeout, { executionTimeout: Duration.seconds(longer) })).toEqual([]);
    expect(operation(shorter, options)).toEqual([]);
    expect(operation(timeout, { ...options, recursiveLoop: lambda.RecursiveLoop.ALLOW })).toEqual([]);
  });

  test('does not do so by default, however long it is', () => {
    for (const timeout of [undefined, 60, 300, 900, 1800]) {
      expect(operation(timeout, {})).toEqual([]);
    }
  });

  test("is warned about on a provider of another app, by what that app's function is", () => {
    const shared = (minutes: number) => {
      const stack = newStack();
      const provider = LongRunningProvider.fromLongRunningProviderAttributes(stack, 'Shared', {
        serviceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:restores',
        executionTimeout: Duration.seconds(325),
      });
      longRunning(stack, 'Restore', { handler: LongRunningHandler.fromProvider(provider), timeout: Duration.minutes(minutes) });
      return told(stack, noSpareExecution);
    };
    expect(shared(50)).toEqual([]);
    expect(shared(59)).toHaveLength(1);
  });
});

describe('a ServiceTimeout of its own that a plain resource has', () => {
  function plain(seconds: number | undefined): Stack {
    const stack = newStack();
    const provider = new LongRunningProvider(stack, 'P', { handler: code() });
    const serviceTimeout = seconds === undefined ? undefined : Duration.seconds(seconds);
    new CustomResource(stack, 'Plain', { serviceToken: provider.serviceToken, serviceTimeout }).node.addDependency(provider);
    return stack;
  }

  test.each([1, 29])('is refused when it is %i s: nothing could be told', (seconds) => {
    expect(problems(plain(seconds))).toContain(
      `'Orders/Plain/Default' has a ServiceTimeout of ${seconds} seconds, too little to be told anything: give it 120 seconds or more`,
    );
  });

  test.each([30, 119])('is warned about when it is %i s: after a fault it may not be told in time', (seconds) => {
    expect(problems(plain(seconds))).toBe('');
    expect(told(plain(seconds), shortServiceTimeout)).toEqual([
      expect.stringContaining(`its ServiceTimeout is ${seconds} seconds: after a fault (no route, a missing permission, a crash)`),
    ]);
  });

  test.each([120, 3600, undefined])('is fine when it is %p s', (seconds) => {
    expect(warnings(plain(seconds))).toEqual([]);
  });
});
