import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { ValidationError } from '../../private/validation-error';

/** All variables of a function together, in bytes, as Lambda measures them: written as JSON. */
const MOST_BYTES = 4096;

/** CloudFormation's limit; under which name the stack is deployed is not known yet. */
const STACK_NAME = 's'.repeat(128);
const UUID = 'u'.repeat(36);
/** In the partition and the Region with the longest names. */
const STACK_ID = `arn:aws-us-gov:cloudformation:ap-southeast-1:111111111111:stack/${STACK_NAME}/${UUID}`;

/**
 * Checks that the planner can be told of all windows of its stack.
 *
 * @param window the one that came last
 * @param windows the names of all
 * @throws ValidationError when their names take too much room
 */
export function checkWindowsFit(window: IConstruct, windows: readonly string[]): void {
  const names = NAMES.plannerEnvironment;
  const others = { [names.mirror]: `${NAMES.mirror.tablePrefix}${STACK_NAME}`, [names.stackId]: STACK_ID, [names.windows]: '' };
  const room = MOST_BYTES - JSON.stringify(others).length;
  const { length } = windows.join(',');
  if (length > room) {
    throw new ValidationError(
      window,
      `with this one the names of the stack's ${windows.length} windows take ${length} bytes, and the planner's variable ${names.windows} has room for ` +
        `${room}, as Lambda gives a function ${MOST_BYTES} for all its variables: give the windows a short windowName, let functions share one, or ` +
        'put some of them into another stack',
    );
  }
}
