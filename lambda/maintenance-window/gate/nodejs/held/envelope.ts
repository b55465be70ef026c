/** What is kept of an event beside its bytes, for its replay and for those who look for it. */
import { limits } from '../../../../contract/maintenance-window/store.json';
import type { Envelope } from '../../../store/row';
import type { Decision } from '../../../window/decision';
import type { Invocation } from '../quiet/invocation';
import type { Settings } from '../quiet/settings';
import { withoutMark } from '../replay/mark';
import { listBytes } from './items';

/** The contract's `envelope.schema`, a test compares them: its whole description would be in the bundle for this number. */
const SCHEMA = 1;

/**
 * The envelope of one invocation. Members that are undefined are not written.
 *
 * @param sourceIds the source's own ids in the event
 * @param operatorVersion of the operator's parameter, when it is known
 */
export function envelopeOf(
  settings: Settings,
  invocation: Invocation,
  sourceIds: readonly string[],
  operatorVersion: number | undefined,
  { until, reason }: Pick<Decision, 'until' | 'reason'>,
): Envelope {
  const ids = capped(sourceIds);
  const { arn, clientContext, identity, tenantId, traceId } = invocation;
  return {
    schema: SCHEMA,
    functionArn: arn,
    functionVersion: settings.functionVersion,
    sourceIds: ids.length > 0 ? ids : undefined,
    clientContext: clientContext && withoutMark(clientContext),
    identity,
    tenantId,
    traceId,
    operatorParameter: settings.operatorParameter,
    plannedParameter: settings.plannedParameter,
    operatorVersion,
    cacheTtl: settings.cacheTtl / 1000,
    leadTime: settings.leadTime / 1000,
    until: until ?? undefined,
    reason: reason ?? undefined,
  };
}

/** As many of a source's ids as the row may name: it must stay below DynamoDB's item limit with the body beside them. */
export function capped(sourceIds: readonly string[]): readonly string[] {
  let ids = sourceIds.slice(0, limits.mostSourceIds.value);
  while (listBytes(ids) > limits.sourceIdsBytes.value) {
    ids = ids.slice(0, Math.floor(ids.length / 2));
  }
  return ids;
}
