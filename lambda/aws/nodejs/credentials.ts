/** The function role's keys: from the environment, under SnapStart from the container endpoint, whose keys expire. */
import type { Environment } from '../../environment';
import { reasonOf } from '../../thrown';
import { send } from './transport';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Epoch milliseconds. */
  readonly expires?: number;
}

/** There are no keys to sign with. */
export class CredentialsError extends Error {}

/** Milliseconds before the expiry at which keys are replaced: a request signed with them may still wait in a retry. */
const REFRESH_BEFORE_EXPIRY = 5 * 60_000;

/** Hands out keys that hold for a while yet. The environment is the one of the start: handlers that take on another role change it. */
export class CredentialSource {
  private current: Credentials | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly clock: () => number = Date.now,
  ) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
    this.current = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
  }

  /**
   * Keys to sign with; asks for new ones shortly before these expire, and goes on with these while that fails.
   *
   * @param budget milliseconds
   * @throws CredentialsError
   */
  async get(budget: number): Promise<Credentials> {
    const { current } = this;
    if (current && (current.expires === undefined || this.clock() <= current.expires - REFRESH_BEFORE_EXPIRY)) {
      return current;
    }
    try {
      this.current = await this.fromContainer(budget);
    } catch (error) {
      if (!current || this.clock() >= current.expires!) {
        throw new CredentialsError(`no credentials: ${reasonOf(error)}`, { cause: error });
      }
    }
    return this.current!;
  }

  private async fromContainer(budget: number): Promise<Credentials> {
    const url = this.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    if (!url) {
      throw new Error('neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set');
    }
    const response = await send({ method: 'GET', url: new URL(url), headers: await this.authorization(), body: '', budget });
    if (response.status !== 200) {
      throw new Error(`the container's credentials endpoint answered ${response.status}`);
    }
    const keys = JSON.parse(response.body.toString()) as Record<string, unknown>;
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration: expiration } = keys;
    if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
      throw new Error("the container's credentials endpoint answered without keys");
    }
    const expires = typeof expiration === 'string' ? Date.parse(expiration) : NaN;
    return { accessKeyId, secretAccessKey, sessionToken: sessionToken as string | undefined, ...(Number.isNaN(expires) ? {} : { expires }) };
  }

  private async authorization(): Promise<Record<string, string>> {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = this.environment;
    if (file) {
      // read anew each time: it is rotated
      const { readFile } = await import('node:fs/promises');
      return { authorization: (await readFile(file, 'utf8')).trim() };
    }
    return token ? { authorization: token } : {};
  }
}
