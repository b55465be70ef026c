import { createHash } from 'node:crypto';

/** Keys that no account has. */
export interface DummyCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * Temporary credentials of a function: the same for one function always, another for each function,
 * so that a recorded request can be attributed to the function that signed it.
 */
export function dummyCredentials(functionArn: string): DummyCredentials {
  const digest = createHash('sha256').update(functionArn).digest('hex').toUpperCase();
  return {
    accessKeyId: `ASIA${digest.slice(0, 16)}`,
    secretAccessKey: digest.slice(16, 56).toLowerCase(),
    sessionToken: `bed-${digest.slice(0, 16).toLowerCase()}`,
  };
}
