/**
 * The environment of every process that the bed starts: an allow-list, never the caller's as a whole, so that no profile,
 * endpoint or credential of a real account can reach a child.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The bed's one account; ministack's default. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** Not twelve digits: ministack reads such a key as an account. */
const CREDENTIALS = { accessKeyId: 'ASIABED0000000OPERATOR', secretAccessKey: 'bed-secret', sessionToken: 'bed-operator' } as const;
export type BedCredentials = typeof CREDENTIALS;

const INHERITED = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'];
/** pip finds the user's package index by these; they name no AWS account. */
const INHERITED_BY_PIP = [
  ...INHERITED,
  'HOME',
  'XDG_CONFIG_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
];

export function credentials(): BedCredentials {
  return CREDENTIALS;
}

/**
 * The environment for a process that talks to the bed.
 * @param root the bed's directory; an empty home with empty AWS files is made in it
 * @param endpoint the bed's address
 */
export function bedEnvironment(root: string, endpoint: string): Record<string, string> {
  const home = path.join(root, 'home');
  const tmp = path.join(root, 'tmp');
  const configFile = path.join(home, 'aws-config');
  const credentialsFile = path.join(home, 'aws-credentials');
  for (const directory of [home, tmp]) {
    fs.mkdirSync(directory, { recursive: true });
  }
  for (const file of [configFile, credentialsFile]) {
    fs.writeFileSync(file, '');
  }
  return {
    ...pick(INHERITED),
    HOME: home,
    TMPDIR: tmp,
    AWS_CONFIG_FILE: configFile,
    AWS_SHARED_CREDENTIALS_FILE: credentialsFile,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: '1',
    npm_config_update_notifier: 'false',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** The environment of a process of the bed that reads no AWS configuration at all. */
export function plainEnvironment(root: string): Record<string, string> {
  return { ...pick(INHERITED), HOME: root, TMPDIR: root };
}

/** The environment of `python -m venv` and `pip install`. */
export function pipEnvironment(): Record<string, string> {
  const pip = Object.keys(process.env).filter((name) => name.startsWith('PIP_'));
  return pick([...INHERITED_BY_PIP, ...pip]);
}

/**
 * Adds an app's own variables.
 *
 * @throws Error when one of them would change where or as whom AWS is called
 */
export function withAppVariables(environment: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  for (const name of Object.keys(own)) {
    if (name.startsWith('AWS_') || name === 'HOME') {
      throw new Error(`CdkApp.environment sets ${name}: the bed alone decides which account, endpoint and home its children see. Remove it.`);
    }
  }
  return { ...environment, ...own };
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
