/** Resolves references to Secrets Manager within one execution. Each version is read once; later executions read the same version again. */
import { type Clock, within } from '../../../../clock';
import type { Mask } from '../protocol/mask';
import { holdsReference, resolveText, type SecretReference } from '../protocol/references';
import type { SpreadingAccess } from './spreading-access';

export interface SecretValue {
  /** Absent in a secret of bytes. */
  readonly value?: string;
  readonly versionId?: string;
}

export interface SecretVersion {
  readonly secretId: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/** Milliseconds, the client's own repetitions included. */
const LONGEST_READ = 10_000;

export type ReadSecret = (version: SecretVersion, signal: AbortSignal) => Promise<SecretValue>;

/** A property's reference could not be resolved; why, is its cause. */
export class UnresolvedSecret extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path}: its reference to Secrets Manager can't be resolved`, { cause });
    this.name = 'UnresolvedSecret';
  }
}

export class Secrets {
  private readonly values = new Map<string, Promise<string>>();

  /** @param versions `<secret id> <stage>` to the version first read; added to as secrets are read, for the next executions */
  constructor(
    private readonly read: ReadSecret,
    private readonly mask: Mask,
    readonly versions: Record<string, string>,
    private readonly clock: Clock,
    private readonly access: SpreadingAccess,
    private readonly ended: AbortSignal,
  ) {}

  /**
   * A copy of the value with every reference in it resolved.
   *
   * @throws UnresolvedSecret naming the property
   */
  async resolve(value: unknown, path: string): Promise<unknown> {
    if (typeof value === 'string') {
      return holdsReference(value) ? this.resolvedText(value, path) : value;
    }
    if (Array.isArray(value)) {
      return Promise.all(value.map((item, index) => this.resolve(item, `${path}[${index}]`)));
    }
    if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value).map(async ([name, member]) => [name, await this.resolve(member, `${path}.${name}`)] as const);
      return Object.fromEntries(await Promise.all(entries));
    }
    return value;
  }

  private async resolvedText(text: string, path: string): Promise<string> {
    try {
      return await resolveText(text, (reference) => this.lookup(reference));
    } catch (error) {
      throw new UnresolvedSecret(path, error);
    }
  }

  private async lookup({ secretId, jsonKey, versionStage, versionId }: SecretReference): Promise<string> {
    const secret = await this.secret(secretId, versionStage, versionId);
    this.mask.addSecret(secret);
    const value = jsonKey === undefined ? secret : member(secret, jsonKey);
    this.mask.addResolved(value, jsonKey);
    return value;
  }

  private secret(secretId: string, versionStage = 'AWSCURRENT', versionId?: string): Promise<string> {
    const key = `${secretId} ${versionId ?? versionStage}`;
    const known = this.values.get(key);
    if (known) {
      return known;
    }
    const value = this.readPinned(key, secretId, versionStage, versionId);
    this.values.set(key, value);
    // What failed once may be readable at the next poll
    value.catch(() => this.values.delete(key));
    return value;
  }

  private async readPinned(key: string, secretId: string, versionStage: string, versionId: string | undefined): Promise<string> {
    const pinned = versionId ?? this.versions[key];
    const version = pinned === undefined ? { secretId, versionStage } : { secretId, versionId: pinned };
    const { value, versionId: found } = await this.access.retry(() => this.readInTime(version), this.ended);
    if (value === undefined) {
      throw new Error(`the secret ${secretId} holds bytes, not a string`);
    }
    if (versionId === undefined && found !== undefined) {
      this.versions[key] = found;
    }
    return value;
  }

  private async readInTime(version: SecretVersion): Promise<SecretValue> {
    const over = new AbortController();
    try {
      const read = await within(this.clock, LONGEST_READ, this.read(version, AbortSignal.any([over.signal, this.ended])));
      if (read) {
        return read.value;
      }
      const seconds = LONGEST_READ / 1000;
      throw Object.assign(new Error(`no answer from Secrets Manager within ${seconds} s; in a VPC it takes an endpoint or a way to the internet`), {
        name: 'TimeoutError',
      });
    } finally {
      over.abort();
    }
  }
}

/** A member of the JSON object that a secret holds, as a string. */
function member(secret: string, key: string): string {
  const fields = json(secret);
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, key)) {
    throw new Error(`the secret has no key '${key}'`);
  }
  const value = (fields as Record<string, unknown>)[key];
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new Error(`the secret's key '${key}' holds a number too long to be exact: store it as a string`);
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function json(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    // The parser's own message would show a part of the secret
    throw new Error('the secret is not a JSON object, so it has no keys');
  }
}
