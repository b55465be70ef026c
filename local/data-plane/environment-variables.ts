import { dummyCredentials } from './credentials';
import type { FunctionConfiguration } from './function-configuration';

/** What a function's variables need beyond its configuration. */
export interface EnvironmentVariablesOptions {
  readonly region: string;
  /** Address that the SDKs of functions are pointed at. */
  readonly endpoint: string;
  readonly logGroup: string;
  readonly logStream: string;
}

/**
 * The environment of a function's processes as Lambda sets it (Developer Guide, "Defined runtime environment variables").
 *
 * One deviation: `AWS_ENDPOINT_URL` leads to the bed, unless the function's configuration sets it.
 * `AWS_LAMBDA_RUNTIME_API` is set by the sandbox; `_X_AMZN_TRACE_ID` by the runtime's client, for each invocation.
 */
export function environmentVariables(configuration: FunctionConfiguration, options: EnvironmentVariablesOptions): Record<string, string> {
  const credentials = dummyCredentials(configuration.functionArn);
  return {
    // Defaults that a configuration may change
    AWS_ENDPOINT_URL: options.endpoint,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    ...configuration.environment,
    // Reserved: Lambda refuses a configuration that names them
    _HANDLER: configuration.handler,
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: configuration.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: options.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  };
}
