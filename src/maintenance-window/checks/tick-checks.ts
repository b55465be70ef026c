import { Annotations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { COALESCING, NAMES } from '../../private/contract.generated';
import { DeferralAction } from '../deferral-action';
import { CoalesceBy, MaintenanceWindowOptions } from '../maintenance-window-options';
import { actionFor } from '../parts/deferral-actions';
import { TickInputs } from '../parts/tick-inputs';

/** Tells of the schedules whose ticks will be replayed one by one, when there is something to be done about it. */
export function tellOfTicksThatStayApart(fn: lambda.Function, { coalesceBy, deferral }: MaintenanceWindowOptions): void {
  const { unknown, tooMany } = TickInputs.find(fn);
  if (coalesceBy === CoalesceBy.PAYLOAD || actionFor('direct', deferral) !== DeferralAction.DEFER) {
    return;
  }
  const reasons = unknown.map(({ node }) => `'${node.path}' gives an input that only the deployment knows`);
  if (tooMany > 0) {
    reasons.push(`its schedules have ${tooMany} inputs more than the ${COALESCING.tickInputs.most.value} by which ticks can be known`);
  }
  if (reasons.length > 0) {
    Annotations.of(fn).addInfoV2(
      NAMES.annotations.ticksNotCoalesced,
      `${reasons.join('; ')}: of these ticks each one that is deferred is replayed; where the newest is enough, set coalesceBy to CoalesceBy.PAYLOAD`,
    );
  }
}
