import { dummyCredentials } from './credentials';
import { DESTINATION_ATTEMPTS } from './limits';

/**
 * Configuration of an SDK client that talks to the bed with the keys of a function.
 * Everything that an SDK would otherwise look for in the environment or in config files is given.
 */
export function clientConfiguration(endpoint: string, region: string, functionArn: string) {
  return {
    endpoint,
    region,
    credentials: dummyCredentials(functionArn),
    maxAttempts: DESTINATION_ATTEMPTS,
    retryMode: 'standard',
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
}
