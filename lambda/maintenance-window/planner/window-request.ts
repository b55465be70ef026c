/** What one request of CloudFormation does to a window: to its parameter, to who owns that, and to its item in the mirror. */
import type { Clock } from '../../clock';
import type { CloudFormationRequest } from '../../cloudformation/request';
import { createFailedId } from '../../contract/cloudformation/answer.json';
import { grammar } from '../../contract/maintenance-window/window.json';
import { shownError } from '../../thrown';
import { windowOf } from '../mirror/parameter-names';
import type { Log } from './log';
import type { Mirror } from './mirror';
import { claimed, claimOf, claimsTag, type Ownership, ownershipIn, ownerTags, type Release, released } from './owners';
import { checkAdopted, isReadable, type Parameters } from './parameters';
import { isWindowParameter, operatorParameterName, tagsOf } from './request';
import { logTroubles } from './rounds';
import type { Settings } from './settings';

/** Milliseconds for which a deployment waits for the mirror. */
const LONGEST_MIRRORING = 15_000;
/** Milliseconds kept back from the request's time. */
const MARGIN = 1_000;
/**
 * Milliseconds after which the owners are looked up once more before the last one takes the parameter along: a claim that a window has added a moment
 * ago may not be listed yet, and that window's hold would end.
 */
const SECOND_LOOK = 5_000;

export interface WindowRequestDependencies {
  readonly parameters: Parameters;
  readonly settings: Settings;
  readonly mirror: Pick<Mirror, 'lastValue' | 'mirror' | 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Epoch milliseconds until which all must be done. */
  readonly until: number;
}

/** Each method returns the physical id, which is the name of the operator's parameter. */
export class WindowRequest {
  constructor(
    private readonly request: CloudFormationRequest,
    private readonly dependencies: WindowRequestDependencies,
  ) {}

  async create(): Promise<string> {
    const { parameters } = this.dependencies;
    const name = operatorParameterName(this.request);
    const tags = tagsOf(this.request);
    if (await parameters.create(name, grammar.initial, [...ownerTags(this.mine), ...tags])) {
      parameters.maybeMade = name; // the Delete after a failure from here on has something to remove
    } else {
      const ownership = claimed(name, await this.ownership(name), this.mine, 'others');
      checkAdopted(name, (await parameters.read(name)) ?? grammar.initial);
      parameters.maybeMade = name; // it is there, and what is removed then is no more than the claim
      await parameters.tag(name, [...ownerTags(ownership), ...tags]);
    }
    await this.mirrored(name);
    return name;
  }

  /** A value is the operator's, whatever has changed around it. A hold ends neither by another name of the window nor because its parameter is gone. */
  async update(): Promise<string> {
    const { parameters, log } = this.dependencies;
    const name = operatorParameterName(this.request);
    const tags = tagsOf(this.request);
    const before = this.request.PhysicalResourceId ?? name;
    const renamed = before !== name;
    if (!(await parameters.create(name, await this.lastValue(before), [...ownerTags(this.mine), ...tags]))) {
      const ownership = claimed(name, await this.ownership(name), this.mine, renamed ? 'others' : 'mine');
      await parameters.tag(name, [...ownerTags(ownership), ...tags]);
      if (renamed) {
        log('a window has now a parameter that was there, and goes by its value', { parameter: name, before });
      }
    }
    await this.mirrored(name);
    return name;
  }

  async remove(): Promise<string> {
    const id = this.request.PhysicalResourceId ?? createFailedId;
    // An id that is not a parameter's is CloudFormation's own, of a Create that it cancelled before it had an answer
    const name = isWindowParameter(id) ? id : this.request.ResourceProperties.OperatorParameterName;
    if (id !== createFailedId && isWindowParameter(name)) {
      const windowsLeft = await this.release(name);
      if (!windowsLeft) {
        await this.forget(name);
      }
    }
    return id;
  }

  /** The window's claim, and nobody else's. */
  private get mine(): Required<Ownership> {
    return { stack: this.dependencies.settings.stackId, claims: [claimOf(this.request)] };
  }

  private async ownership(name: string): Promise<Ownership> {
    const tags = await this.dependencies.parameters.tags(name);
    if (!tags) {
      throw new Error(`parameter ${name} was removed while this window was being deployed; deploy again`);
    }
    return ownershipIn(tags);
  }

  /** What is in force: gates go by the mirror's value while the parameter is missing or can't be read. */
  private async lastValue(name: string): Promise<string> {
    const value = isWindowParameter(name) ? await this.dependencies.parameters.read(name) : undefined;
    return value !== undefined && isReadable(value) ? value : this.mirroredValue(name);
  }

  private async mirroredValue(name: string): Promise<string> {
    const { mirror, log } = this.dependencies;
    try {
      const value = await mirror.lastValue(name, this.mirrorUntil);
      return value !== undefined && isReadable(value) ? value : grammar.initial;
    } catch (error) {
      const fix = `write '${grammar.initial}' or the value that it had to the parameter`;
      log('the last value of a window could not be read in the mirror, and its parameter has none', {
        parameter: name,
        cause: shownError(error),
        fix,
      });
      return grammar.initial;
    }
  }

  /** Gives up the window's claim, and removes the parameter with the last one. Whether other windows of ours have it still. */
  private async release(name: string): Promise<boolean> {
    const { parameters, clock, log } = this.dependencies;
    let release = await this.released(name);
    if (release?.action === 'REMOVE') {
      await clock.sleep(SECOND_LOOK);
      release = await this.released(name);
    }
    if (!release) {
      return false;
    }
    if (release.action === 'REMOVE') {
      await parameters.remove(name);
      return false;
    }
    if (release.action === 'KEEP') {
      await parameters.tag(name, [claimsTag(release.claims)]);
    }
    log('a parameter stays, for it is not only this window that owns it', { parameter: name, logicalId: this.request.LogicalResourceId });
    return release.windowsLeft;
  }

  /** Undefined when there is no parameter. */
  private async released(name: string): Promise<Release | undefined> {
    const tags = await this.dependencies.parameters.tags(name);
    return tags && released(ownershipIn(tags), claimOf(this.request));
  }

  /** Parameter Store holds the truth, gates fall back to it, and the next minute repairs: a deployment does not fail for its mirror. */
  private async mirrored(name: string): Promise<void> {
    const { mirror, settings, log } = this.dependencies;
    const window = windowOf(name);
    if (window?.stack !== settings.stack) {
      log('a window has no mirror, for its parameter is not one of this stack', { parameter: name, stack: settings.stack });
      return;
    }
    for (const { untold } of logTroubles(await mirror.mirror([window], this.mirrorUntil), log)) {
      log('the event bus was not told of a window; the next minute does it', { parameter: name, cause: untold });
    }
  }

  /** An item that stays is of no harm: nobody reads it, and a window that is made again is newer. */
  private async forget(name: string): Promise<void> {
    const { mirror, log } = this.dependencies;
    try {
      await mirror.remove(name, this.mirrorUntil);
    } catch (error) {
      log('the item of a window that is gone stays in the mirror', { parameter: name, cause: shownError(error), fix: 'delete the item' });
    }
  }

  private get mirrorUntil(): number {
    const now = this.dependencies.clock.now();
    return Math.min(now + LONGEST_MIRRORING, Math.max(now, this.dependencies.until - MARGIN));
  }
}
