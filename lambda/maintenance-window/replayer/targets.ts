import type { LambdaClient } from '@aws-sdk/client-lambda';

import { tag } from '../../contract/names.json';
import { shownError } from '../../thrown';
import { configurationOf } from './configurations';
import { gateState } from './gate-state';
import type { TaggedFunctions } from './tagged-functions';
import type { WindowNames } from './windows';

/**
 * Whether pointers may be sent for events, by which ARN, and where that function's window stands.
 *
 * Orphaned: the events wait for nobody. Their function is gone, or guards others, and no function of the store carries their key, or more than one.
 */
export type Target =
  | { readonly accepted: true; readonly functionArn: string; readonly window: WindowNames }
  | { readonly accepted: false; readonly reason: string; readonly orphaned: boolean };

/** What came of looking at one ARN. */
type Look = { readonly kind: 'accepted'; readonly functionArn: string; readonly window: WindowNames } | Refusal;

interface Refusal {
  readonly kind: 'gone' | 'other' | 'refused' | 'unclear';
  readonly functionArn: string;
  readonly reason: string;
}

/** Function names that a message lists. */
const MOST_NAMES = 5;

/** Checks each target once for a drain: a function without the gate would take a pointer for an event of its own. */
export class Targets {
  /** Function keys with events for which no target was found. */
  readonly orphaned = new Set<string>();
  private readonly checked = new Map<string, Promise<Target>>();

  constructor(
    private readonly lambda: LambdaClient,
    private readonly tagged: TaggedFunctions,
  ) {}

  /**
   * The function of an envelope when it is there, else the one that carries its function key now.
   *
   * @param functionArn as invoked, with its qualifier
   */
  of(functionArn: string, functionKey: string): Promise<Target> {
    const key = `${functionKey} ${functionArn}`;
    let check = this.checked.get(key);
    if (!check) {
      check = this.check(functionArn, functionKey).then((target) => {
        if (!target.accepted && target.orphaned) {
          this.orphaned.add(functionKey);
        }
        return target;
      });
      this.checked.set(key, check);
    }
    return check;
  }

  private async check(functionArn: string, functionKey: string): Promise<Target> {
    const look = await this.look(functionArn, functionKey);
    switch (look.kind) {
      case 'accepted':
        return accepted(look);
      case 'gone':
      case 'other':
        return this.moved(look, functionKey);
      default:
        return refused(look.reason);
    }
  }

  /** The one function that carries the key now. */
  private async moved(first: Refusal, functionKey: string): Promise<Target> {
    let listed;
    try {
      listed = await this.tagged.list();
    } catch (error) {
      return refused(`${shownRefusal(first)}; which function carries the key '${functionKey}' now could not be asked: ${shownError(error)}`);
    }
    const looks: Look[] = [];
    for (const { functionArn } of listed.filter((each) => each.functionKey === functionKey)) {
      if (functionArn !== first.functionArn) {
        looks.push(await this.lookAgain(functionArn, aliasOf(first.functionArn), functionKey));
      }
    }
    const found = looks.filter((look) => look.kind === 'accepted');
    const others = looks.filter((look) => look.kind !== 'accepted');
    const unclear = others.find(({ kind }) => kind === 'unclear');
    if (unclear) {
      return refused(`${shownRefusal(first)}; ${nameOf(unclear.functionArn)}, which carries its key now, could not be looked at: ${unclear.reason}`);
    }
    if (found.length === 1) {
      return accepted(found[0]);
    }
    if (found.length > 1) {
      const several = named(found.map(({ functionArn }) => functionArn));
      return orphaned(
        `${shownRefusal(first)}, and more than one function carries its key '${functionKey}': ${several}; ` +
          `remove the tag ${tag.functionKey} from all but one`,
      );
    }
    const untagged = listed.filter((each) => each.functionKey === undefined).map((each) => each.functionArn);
    return orphaned(missing(first, others, untagged, functionKey));
  }

  /** By the alias that the event was sent to, where there is one of that name. Never by its version: that was another function's. */
  private async lookAgain(functionArn: string, alias: string | undefined, functionKey: string): Promise<Look> {
    const byAlias = alias === undefined ? undefined : await this.look(`${functionArn}:${alias}`, functionKey);
    return byAlias && byAlias.kind !== 'gone' ? byAlias : this.look(functionArn, functionKey);
  }

  private async look(functionArn: string, functionKey: string): Promise<Look> {
    const configuration = await configurationOf(this.lambda, functionArn);
    if (configuration.kind !== 'found') {
      const { kind, reason } = configuration;
      return { kind: kind === 'unreadable' ? 'refused' : kind, functionArn, reason };
    }
    const state = gateState(configuration.variables, functionKey);
    switch (state.kind) {
      case 'there':
        return { kind: 'accepted', functionArn, window: state.window };
      case 'missing':
        return { kind: 'refused', functionArn, reason: state.reason };
      case 'other':
        return { kind: 'other', functionArn, reason: state.reason };
    }
  }
}

function accepted({ functionArn, window }: Extract<Look, { kind: 'accepted' }>): Target {
  return { accepted: true, functionArn, window };
}

function refused(reason: string): Target {
  return { accepted: false, reason, orphaned: false };
}

function orphaned(reason: string): Target {
  return { accepted: false, reason, orphaned: true };
}

/** Why nobody is left, with the names that were tried. */
function missing(first: Refusal, looks: readonly Refusal[], untagged: readonly string[], functionKey: string): string {
  const tried = looks.map(({ functionArn, reason }) => `${nameOf(functionArn)} (${reason})`);
  return [
    shownRefusal(first),
    tried.length === 0
      ? `no function of the store carries its key '${functionKey}' in the tag ${tag.functionKey}`
      : `of those that carry its key '${functionKey}' none may take it: ${tried.join(', ')}`,
    ...(untagged.length === 0 ? [] : [`deployed before there was such a tag, deploy again: ${named(untagged)}`]),
    `deploy a function with the functionKey '${functionKey}' and this store`,
  ].join('; ');
}

function shownRefusal({ kind, functionArn, reason }: Refusal): string {
  return `${nameOf(functionArn)} ${kind === 'gone' ? `is gone or untagged (${reason})` : reason}`;
}

function named(arns: readonly string[]): string {
  const more = arns.length - MOST_NAMES;
  return `${arns.slice(0, MOST_NAMES).map(nameOf).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Name and qualifier of a function. */
function nameOf(functionArn: string): string {
  return functionArn.split(':').slice(6).join(':') || functionArn;
}

/** A qualifier that is neither a version's number nor `$LATEST`. */
function aliasOf(functionArn: string): string | undefined {
  const qualifier = functionArn.split(':')[7];
  return qualifier === undefined || /^(\d+|\$LATEST)$/.test(qualifier) ? undefined : qualifier;
}
