/**
 * Limits of AWS Lambda that the data plane keeps, each with its source.
 * Sizes are in bytes, times in milliseconds.
 */

/**
 * Largest synchronous payload, request and response: 6 MiB + 100.
 * Source: `MaxPayloadSize` of AWS's runtime interface emulator; the number is in AWS's own error text.
 */
export const SYNCHRONOUS_PAYLOAD_LIMIT = 6 * 1024 * 1024 + 100;

/** Largest asynchronous payload: 1 MiB since October 2025. Source: API reference of Invoke, AWS Compute Blog 2026-01-29. */
export const ASYNCHRONOUS_PAYLOAD_LIMIT = 1024 * 1024;

/** Largest client context once decoded. Source: API reference of Invoke ("up to 3,583 bytes of base64-encoded data"). */
export const CLIENT_CONTEXT_LIMIT = 3583;

/** How long a new environment may take to ask for its first invocation. Source: Developer Guide, "Init phase". */
export const INIT_LIMIT_MS = 10_000;

/** Tail of the log that `LogType: Tail` returns. Source: API reference of Invoke ("the last 4 KB of the execution log"). */
export const LOG_TAIL_LIMIT = 4096;

/** Concurrent executions of a new account. Source: Service Quotas; new accounts have reduced quotas, commonly 10. */
export const DEFAULT_ACCOUNT_CONCURRENCY = 10;

/** Retries of an asynchronous invocation after function errors, when not configured. Source: Developer Guide, "Asynchronous invocation". */
export const DEFAULT_RETRY_ATTEMPTS = 2;

/** Wait before the first and the second retry after a function error. Source: Developer Guide, "Asynchronous invocation". */
export const FUNCTION_ERROR_RETRY_DELAYS_MS: readonly number[] = [60_000, 120_000];

/** Back-off after throttles and system errors: from 1 s, doubled up to 5 min. Source: Developer Guide, "Asynchronous invocation". */
export const THROTTLE_BACKOFF_MIN_MS = 1_000;
export const THROTTLE_BACKOFF_MAX_MS = 5 * 60_000;

/** How long an asynchronous event is kept when not configured: 6 h. Source: Developer Guide, "Asynchronous invocation". */
export const DEFAULT_EVENT_AGE_SECONDS = 6 * 60 * 60;

/**
 * Invocations of one function in one chain of requests before the next is stopped.
 * Source: Developer Guide, "Recursive loop detection" ("approximately 16 times").
 */
export const RECURSION_LIMIT = 16;

/** Error text of a dead letter: the first 1 KB. Source: Developer Guide, "Dead-letter queues". */
export const DEAD_LETTER_MESSAGE_LIMIT = 1024;

/**
 * Payload that an SNS message carries. A record that is larger loses its payloads.
 * Source: API_OnFailure and API_OnSuccess ("Lambda drops the payload" above 256 KB for SNS).
 */
export const SNS_MESSAGE_LIMIT = 256 * 1024;

/** Attempts to deliver a record to a destination. A choice of the bed: AWS does not publish its own. */
export const DESTINATION_ATTEMPTS = 3;

/** Idle environments kept before the one that was used longest ago is stopped. A choice of the bed: memory of one machine. */
export const IDLE_ENVIRONMENT_LIMIT = 32;

/**
 * How long an invocation waits for an environment that has answered and is about to be free.
 * A choice of the bed: who invokes again right after an answer meets a warm environment on AWS too, and is not throttled.
 * It takes milliseconds but on a busy machine, and only what never asks again is waited for so long in vain.
 */
export const HAND_OVER_MS = 2_000;

/** How long an event that waits for room trusts the configuration it last saw. A choice of the bed. */
export const CONFIGURATION_FRESH_MS = 1000;
