/** Which deferred events stand for one another: the same rule in their rows. lambda/contract/maintenance-window/coalescing.json. */
import { createHash } from 'node:crypto';

import { tickInputs } from '../../../../contract/maintenance-window/coalescing.json';
import type { Invocation } from '../quiet/invocation';
import type { Settings } from '../quiet/settings';
import { DIRECT } from './sources';

/** The source whose events are ticks of a rule. */
export const SCHEDULED = 'scheduled';

/** The rule of an event whose bytes are the input of a schedule that synth has seen, undefined for any other. */
export function inputRule(settings: Settings, invocation: Invocation): string | undefined {
  if (settings.tickInputs.length === 0 || !isBytesAlone(invocation)) {
    return undefined;
  }
  const hash = sha256(invocation);
  const digest = hash.toString('base64url').slice(0, tickInputs.digestCharacters.value);
  return settings.tickInputs.includes(digest) ? `input:${hash.toString('hex')}` : undefined;
}

/**
 * The rule that an event's row gets.
 *
 * @param source the source's name
 * @param sourceIds the source's own ids in the event
 */
export function ruleOf(source: string, sourceIds: readonly string[], settings: Settings, invocation: Invocation): string | undefined {
  if (source === SCHEDULED) {
    return sourceIds[0];
  }
  return source === DIRECT && settings.coalesceBy === 'PAYLOAD' && isBytesAlone(invocation)
    ? `payload:${sha256(invocation).toString('hex')}`
    : undefined;
}

/** Who sends something beside the bytes may mean another thing by the same ones. */
function isBytesAlone({ clientContext, identity, tenantId }: Invocation): boolean {
  return !clientContext && !identity && !tenantId;
}

function sha256({ body }: Invocation): Buffer {
  return createHash('sha256').update(body).digest();
}
