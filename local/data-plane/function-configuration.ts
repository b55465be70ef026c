import { ServiceError } from './service-error';

/** What the asynchronous queue does with events of one qualifier. `null` in a field means: not configured. */
export interface EventInvokeConfiguration {
  readonly maximumRetryAttempts?: number | null;
  readonly maximumEventAgeInSeconds?: number | null;
  /** ARN of the destination of successes. */
  readonly onSuccess?: string | null;
  /** ARN of the destination of failures. */
  readonly onFailure?: string | null;
}

/** One function, seen through the name and qualifier that a caller used. */
export interface FunctionConfiguration {
  readonly functionName: string;
  /** Without a qualifier. */
  readonly functionArn: string;
  /** With the qualifier as called, or none. */
  readonly invokedArn: string;
  /** The version that executes: `$LATEST` or a number. */
  readonly version: string;
  /** As called; empty when none was. */
  readonly qualifier: string;
  readonly runtime: string;
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  /** MB. */
  readonly ephemeralStorage: number;
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of layer versions, in order. */
  readonly layers: readonly string[];
  readonly role: string;
  readonly codeSha256: string;
  readonly revisionId: string;
  readonly architectures?: readonly string[];
  readonly packageType?: string;
  readonly tracingMode?: string;
  readonly logGroup?: string | null;
  /** Of the qualifier that was called, by exact match. */
  readonly eventInvokeConfig?: EventInvokeConfiguration | null;
  readonly deadLetterTargetArn?: string | null;
  readonly reservedConcurrency?: number | null;
  readonly recursiveLoop?: 'Terminate' | 'Allow';
}

/** Where configurations, code and layers come from. */
export interface FunctionSource {
  /** @throws ServiceError as Lambda's API answers, when there is no such function. */
  configuration(name: string, qualifier: string): Promise<FunctionConfiguration>;
  /** The zip of exactly that version. */
  code(configuration: FunctionConfiguration): Promise<Buffer>;
  layer(arn: string): Promise<Buffer>;
}

/** Reads functions from the control plane of the bed. */
export class ControlPlaneFunctions implements FunctionSource {
  constructor(private readonly endpoint: () => string) {}

  async configuration(name: string, qualifier: string): Promise<FunctionConfiguration> {
    const response = await this.get('function', { name, qualifier });
    return JSON.parse(response.body.toString('utf8')) as FunctionConfiguration;
  }

  async code(configuration: FunctionConfiguration): Promise<Buffer> {
    const response = await this.get('code', { name: configuration.functionArn, qualifier: configuration.version });
    const sha256 = response.headers.get('x-code-sha256');
    if (sha256 !== null && sha256 !== configuration.codeSha256) {
      // The function changed between the two reads: running other code than the version's would be silent and wrong
      throw new ServiceError(
        409,
        'ResourceConflictException',
        `The code of ${configuration.functionArn}:${configuration.version} changed while it was read (${sha256}, expected ${configuration.codeSha256}). Invoke again.`,
      );
    }
    return response.body;
  }

  async layer(arn: string): Promise<Buffer> {
    return (await this.get('layer', { arn })).body;
  }

  private async get(path: string, query: Record<string, string>): Promise<{ body: Buffer; headers: Headers }> {
    const url = `${this.endpoint()}/_bed/${path}?${new URLSearchParams(query)}`;
    const response = await this.fetch(url);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.ok) {
      return { body, headers: response.headers };
    }
    const code = response.headers.get('x-amzn-errortype') ?? (response.status === 404 ? 'ResourceNotFoundException' : undefined);
    if (code !== undefined) {
      throw ServiceError.fromJson(response.status, code, body);
    }
    throw new ServiceError(
      500,
      'ServiceException',
      `The control plane answered ${response.status} to ${url}: ${body.toString('utf8').slice(0, 512)}`,
    );
  }

  private async fetch(url: string): Promise<Response> {
    try {
      // A connection kept open may be closed by the other side just when it is used again: one more try, on another
      return await fetch(url).catch(() => fetch(url));
    } catch (error) {
      throw new ServiceError(500, 'ServiceException', `The control plane did not answer ${url}: ${String((error as Error).cause ?? error)}`);
    }
  }
}

/**
 * Everything of a configuration that a running environment depends on, as one string.
 * Environments of one version are shared by all qualifiers that lead to it, as on AWS.
 */
export function environmentIdentity(configuration: FunctionConfiguration): string {
  const { functionArn, version, codeSha256, revisionId, layers, runtime, handler, environment, role } = configuration;
  const { timeout, memorySize, ephemeralStorage, logGroup = null } = configuration;
  return JSON.stringify([
    functionArn,
    version,
    codeSha256,
    revisionId,
    layers,
    runtime,
    handler,
    environment,
    role,
    timeout,
    memorySize,
    ephemeralStorage,
    logGroup,
  ]);
}
