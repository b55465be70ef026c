import { Annotations, Aspects, CfnResource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';

import { NAMES } from '../../private/contract.generated';
import { FunctionTargets } from '../../private/function-targets';
import { DeferralAction } from '../deferral-action';
import { MaintenanceWindowOptions } from '../maintenance-window-options';
import { actionFor } from '../parts/deferral-actions';
import { fifoQueuesStatement } from '../parts/permissions';
import { warnWithoutFailureDestination } from './destination-checks';
import { Mapping, mappingsOf } from './event-sources';
import { visibilityGrant } from './fifo-visibility';

/** The policy beside a mapping of another stack. */
const POLICY_ID = 'HideMessages';

/** Where statements for a function's role go. */
export interface RoleStatements {
  /** Into the policy that the role has. */
  grant(statements: iam.PolicyStatement[]): void;
  /** What the role needs and gets elsewhere in the app. */
  expect(statements: iam.PolicyStatement[]): void;
}

/** Does what depends on the event sources of a function, once the app has added them all. */
export function eventSourceAspect(fn: lambda.Function, options: MaintenanceWindowOptions, role: RoleStatements): void {
  Aspects.of(fn).add({
    visit: (node: IConstruct) => {
      if (node === fn) {
        const targets = new FunctionTargets(fn);
        const mappings = mappingsOf(targets);
        grantVisibility(targets, mappings, role);
        warnOfUnknownSources(fn, mappings, options);
        warnWithoutFailureDestination(targets);
      }
    },
  });
}

/** Messages that are left in a FIFO queue stay invisible for longer than one attempt. */
function grantVisibility(targets: FunctionTargets, mappings: readonly Mapping[], role: RoleStatements): void {
  const { fn } = targets;
  const own = new Map<string, string>();
  for (const mapping of mappings.filter(({ source }) => source === 'sqs-fifo')) {
    const { poller, resource } = mapping;
    const found = visibilityGrant(targets, mapping);
    if (!found) {
      warnOfHiding(fn, (resource ?? poller).node.path);
    } else if (found.beside) {
      grantBeside(found.beside, found.queueArn, role, fn);
    } else {
      own.set(JSON.stringify(Stack.of(fn).resolve(found.queueArn)), found.queueArn);
    }
  }
  if (own.size > 0) {
    role.grant([fifoQueuesStatement([...own.values()])]);
  }
}

/** In the stack of the mapping, which names both the function and the queue. */
function grantBeside(poller: CfnResource, queueArn: string, role: RoleStatements, fn: lambda.Function): void {
  // An app that is synthesized twice has it already
  if (!poller.node.tryFindChild(POLICY_ID)) {
    const statement = fifoQueuesStatement([queueArn]);
    // By the role, which knows whether it may be changed
    fn.role?.attachInlinePolicy(new iam.Policy(poller, POLICY_ID, { statements: [statement] }));
    role.expect([statement]);
  }
}

function warnOfHiding(fn: lambda.Function, queue: string): void {
  Annotations.of(fn).addWarningV2(
    NAMES.annotations.messagesNotHidden,
    `what a maintenance window leaves in '${queue}' shows again after the queue's own visibility timeout, each time for another receive, because the ` +
      "function's role can't name a queue of another stage that has no name of its own: give the queue a queueName",
  );
}

/** Without an ARN that synth can read nothing tells whether the source keeps its events for as long as a window. */
function warnOfUnknownSources(fn: lambda.Function, mappings: readonly Mapping[], { deferral }: MaintenanceWindowOptions): void {
  const unknown = mappings.filter(({ guessed, source }) => guessed && actionFor(source, deferral) === DeferralAction.LEAVE);
  if (unknown.length > 0) {
    const paths = unknown.map(({ poller }) => `'${poller.node.path}'`).join(', ');
    Annotations.of(fn).addWarningV2(
      NAMES.annotations.eventSourceUnknown,
      `only the deployment knows which queue or stream ${paths} reads, so that its maxReceiveCount and its retention were not compared with longestWindow ` +
        'of the maintenance window: give a construct or an ARN that can be read at synth, or see to it that events outlast a window there',
    );
  }
}
