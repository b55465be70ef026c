import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';

import { memberOf, shownError } from '../../thrown';

/**
 * What Lambda says of a function's configuration.
 * - found: its environment variables
 * - gone: it does not exist, or does not carry the store's tag
 * - unreadable: it exists, but what it has is not told
 * - unclear: Lambda did not say; it may next time
 */
export type Configuration =
  | { readonly kind: 'found'; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'gone' | 'unreadable' | 'unclear'; readonly reason: string };

/** For a function that does not exist no tag can meet the condition of the replayer's permission, so that IAM refuses before Lambda looks. */
const GONE = ['AccessDeniedException', 'ResourceNotFoundException'];

/** @param functionArn as invoked, with its qualifier: an alias leads to what it points to now, a version number to that version */
export async function configurationOf(lambda: LambdaClient, functionArn: string): Promise<Configuration> {
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionArn }));
    if (Environment?.Error) {
      const { ErrorCode, Message } = Environment.Error;
      const reason = `its environment variables cannot be read (${ErrorCode}: ${Message}); allow the replayer kms:Decrypt on their key`;
      return { kind: 'unreadable', reason };
    }
    return { kind: 'found', variables: Environment?.Variables ?? {} };
  } catch (error) {
    return { kind: GONE.includes(String(memberOf(error, 'name'))) ? 'gone' : 'unclear', reason: shownError(error) };
  }
}
