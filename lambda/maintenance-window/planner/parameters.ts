import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { allowedPattern, grammar } from '../../contract/maintenance-window/window.json';
import { parseOperator } from '../window/value';
import { isRefusal, mayPass, repeated, type ServiceError } from './repeated';
import type { Tag } from './tag';

const DESCRIPTION = `Maintenance window: ${grammar.modes.join(' | ')}; one-off intervals; # reason. The operator's: deployments keep its value.`;

/** A role or a parameter that was made a moment ago is not known everywhere yet: these refusals are tried again for so long. */
const SPREADING = ['AccessDeniedException', 'UnrecognizedClientException', 'InvalidResourceId'];
const SPREADS_FOR = 30_000;

/** What the operators' parameters need of Parameter Store. Each call is repeated until `signal` aborts, where a repetition can help. */
export class Parameters {
  /** A parameter that may have been made, or claimed, although no answer ever said so. */
  maybeMade?: string;
  /** What a call failed with last, while it is being repeated. */
  lastError?: Error;

  constructor(
    private readonly client: SSMClient,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly signal: AbortSignal,
  ) {}

  /** The value, undefined when the parameter does not exist. */
  async read(name: string): Promise<string | undefined> {
    const command = new GetParameterCommand({ Name: name });
    const answer = await this.unless('ParameterNotFound', (abortSignal) => this.client.send(command, { abortSignal }));
    return answer && (answer.Parameter?.Value ?? '');
  }

  /** Makes the parameter, with these tags in one step. False when it exists already, which leaves it as it is. */
  async create(name: string, value: string, tags: Tag[]): Promise<boolean> {
    const command = new PutParameterCommand({
      Name: name,
      Value: value,
      Type: 'String',
      Tier: 'Standard',
      AllowedPattern: allowedPattern.operator,
      Description: DESCRIPTION,
      Overwrite: false,
      Tags: tags,
    });
    const made = await this.unless('ParameterAlreadyExists', async (abortSignal) => {
      const before = this.maybeMade;
      this.maybeMade = name;
      try {
        return await this.client.send(command, { abortSignal });
      } catch (error) {
        this.maybeMade = isRefusal(error as ServiceError) ? before : name;
        throw error;
      }
    });
    return made !== undefined;
  }

  /** Gives the parameter these tags beside those that it has: tags that people gave it are theirs. */
  async tag(name: string, tags: Tag[]): Promise<void> {
    if (tags.length > 0) {
      const command = new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags: tags });
      await this.unless(undefined, (abortSignal) => this.client.send(command, { abortSignal }));
    }
  }

  /** The parameter's tags, undefined when it does not exist. One that is there, but not known everywhere yet, is asked about again. */
  async tags(name: string): Promise<Tag[] | undefined> {
    const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
    const list = (abortSignal: AbortSignal) => this.client.send(command, { abortSignal });
    let answer = await this.unless('InvalidResourceId', list);
    if (answer === undefined && (await this.read(name)) !== undefined) {
      answer = await this.unless(undefined, list);
    }
    return answer && (answer.TagList ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  }

  /** Removes the parameter, if it exists. */
  async remove(name: string): Promise<void> {
    await this.unless('ParameterNotFound', (abortSignal) => this.client.send(new DeleteParameterCommand({ Name: name }), { abortSignal }));
  }

  /** Undefined when the call fails with the named, expected error, if one is. */
  private async unless<T>(expected: string | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const begin = this.clock.now();
    const again = (error: ServiceError) => {
      if (error.name !== expected) {
        this.lastError = error;
      }
      return error.name !== expected && this.mayPass(error, begin);
    };
    try {
      return await repeated(call, { clock: this.clock, random: this.random, until: Infinity, signal: this.signal, again });
    } catch (error) {
      if ((error as Error).name === expected) {
        return undefined;
      }
      throw error;
    }
  }

  private mayPass(error: ServiceError, begin: number): boolean {
    return SPREADING.includes(error.name) ? this.clock.now() - begin < SPREADS_FOR : mayPass(error);
  }
}

/**
 * Checks a value that was there before the window.
 *
 * @throws Error naming the parameter, the value and the way out
 */
export function checkAdopted(name: string, value: string): void {
  try {
    parseOperator(value);
  } catch (error) {
    throw new Error(
      `parameter ${name} exists already and its value is not one of a maintenance window: ${(error as Error).message}; set it to ` +
        `'${grammar.initial}' or delete it`,
    );
  }
}

export function isReadable(value: string): boolean {
  try {
    parseOperator(value);
    return true;
  } catch {
    return false;
  }
}
