import { AddTagsToResourceCommand, DeleteParameterCommand, GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';

import type { Clock } from '../../clock';
import { allowedPattern, grammar } from '../../contract/maintenance-window/window.json';
import { parseOperator } from '../window/value';
import type { Tag } from './request';

const DESCRIPTION = `Maintenance window: ${grammar.modes.join(' | ')}; one-off intervals; # reason. The operator's: deployments keep its value.`;

/** A role or a parameter that was made a moment ago is not known everywhere yet: these refusals are tried again for so long. */
const SPREADING = ['AccessDeniedException', 'UnrecognizedClientException', 'InvalidResourceId'];
const SPREADS_FOR = 30_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5_000;
const LONGEST_ATTEMPT = 10_000;

/** What the operators' parameters need of Parameter Store. Each call is repeated until `signal` aborts, where a repetition can help. */
export class Parameters {
  /** A parameter that may have been made although no answer ever said so. */
  maybeMade?: string;
  /** What a call failed with last, while it is being repeated. */
  lastError?: Error;

  constructor(
    private readonly client: SSMClient,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** The value, undefined when the parameter does not exist. */
  async read(name: string): Promise<string | undefined> {
    const command = new GetParameterCommand({ Name: name });
    const answer = await this.unless('ParameterNotFound', (abortSignal) => this.client.send(command, { abortSignal }));
    return answer && (answer.Parameter?.Value ?? '');
  }

  /** Makes the parameter. False when it exists already, which leaves it as it is. */
  async create(name: string, value: string): Promise<boolean> {
    const command = new PutParameterCommand({
      Name: name,
      Value: value,
      Type: 'String',
      Tier: 'Standard',
      AllowedPattern: allowedPattern.operator,
      Description: DESCRIPTION,
      Overwrite: false,
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
    this.maybeMade = undefined;
    return made !== undefined;
  }

  /** Gives the parameter these tags beside those that it has: tags that people gave it are theirs. */
  async tag(name: string, tags: Tag[]): Promise<void> {
    if (tags.length > 0) {
      const command = new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId: name, Tags: tags });
      await this.unless(undefined, (abortSignal) => this.client.send(command, { abortSignal }));
    }
  }

  /** Removes the parameter, if it exists. */
  async remove(name: string): Promise<void> {
    await this.unless('ParameterNotFound', (abortSignal) => this.client.send(new DeleteParameterCommand({ Name: name }), { abortSignal }));
  }

  /** Undefined when the call fails with the named, expected error, if one is. */
  private async unless<T>(expected: string | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const begin = this.clock.now();
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await call(AbortSignal.any([this.signal, AbortSignal.timeout(LONGEST_ATTEMPT)]));
      } catch (error) {
        if ((error as Error).name === expected) {
          return undefined;
        }
        this.lastError = error as Error;
        if (this.signal.aborted || !this.mayPass(error as ServiceError, begin)) {
          throw error;
        }
      }
      await this.clock.sleep(pause);
    }
  }

  private mayPass(error: ServiceError, begin: number): boolean {
    if (SPREADING.includes(error.name)) {
      return this.clock.now() - begin < SPREADS_FOR;
    }
    return !isRefusal(error) || error.name === 'ThrottlingException' || error.name === 'TooManyUpdates';
  }
}

/** Parameter Store has answered and done nothing. */
function isRefusal({ $metadata }: ServiceError): boolean {
  const status = $metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}

interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
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
