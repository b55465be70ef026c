/** What the bed's children see of the caller's environment: the allow-list, nothing else. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { bedEnvironment, pipEnvironment, plainEnvironment, withAppVariables } from '../../../local/control-plane/process-environment';

const before = { ...process.env };
let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'environment-'));
  Object.assign(process.env, {
    AWS_PROFILE: 'victim',
    AWS_ENDPOINT_URL_S3: 'http://elsewhere',
    AWS_CA_BUNDLE: '/x',
    AWS_ROLE_ARN: 'arn',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/t',
    NODE_OPTIONS: '--inspect',
    HTTPS_PROXY: 'http://proxy',
    CDK_DEFAULT_ACCOUNT: '123456789012',
    SOME_SECRET: 's',
    PIP_INDEX_URL: 'http://index',
    LANG: 'C.UTF-8',
    AWS_ACCESS_KEY_ID: 'AKIAVICTIM',
  });
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
  for (const name of Object.keys(process.env)) {
    delete process.env[name];
  }
  Object.assign(process.env, before);
});

it('is complete here, name by name', () => {
  const environment = bedEnvironment(root, 'http://127.0.0.1:1');
  const inherited = Object.keys(environment).filter((name) => ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'].includes(name));
  expect(Object.keys(environment).sort()).toEqual(
    [
      ...inherited,
      'AWS_ACCESS_KEY_ID',
      'AWS_CONFIG_FILE',
      'AWS_DEFAULT_REGION',
      'AWS_EC2_METADATA_DISABLED',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED',
      'AWS_SESSION_TOKEN',
      'AWS_SHARED_CREDENTIALS_FILE',
      'CDK_DISABLE_CLI_TELEMETRY',
      'CDK_DISABLE_VERSION_CHECK',
      'HOME',
      'TMPDIR',
      'npm_config_update_notifier',
    ].sort(),
  );
  expect(environment).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: expect.not.stringContaining('VICTIM'),
    LANG: 'C.UTF-8',
  });
});

it('has an empty home and empty configuration files', () => {
  const { HOME, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, TMPDIR } = bedEnvironment(root, 'http://127.0.0.1:1');
  for (const file of [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE]) {
    expect(fs.readFileSync(file, 'utf8')).toBe('');
  }
  expect(fs.readdirSync(HOME).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(fs.statSync(TMPDIR).isDirectory()).toBe(true);
});

it('of the emulator has nothing of AWS at all, of pip its own settings alone', () => {
  expect(Object.keys(plainEnvironment(root)).filter((name) => name.startsWith('AWS_'))).toEqual([]);
  const pip = pipEnvironment();
  expect(pip).toMatchObject({ PIP_INDEX_URL: 'http://index', HTTPS_PROXY: 'http://proxy' });
  expect(Object.keys(pip).filter((name) => /^AWS_|^CDK_|SECRET|NODE_OPTIONS/.test(name))).toEqual([]);
});

it("takes an app's own variables, but none that decide where AWS is", () => {
  expect(withAppVariables({ A: '1' }, { B: '2' })).toEqual({ A: '1', B: '2' });
  for (const name of ['AWS_PROFILE', 'AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'HOME']) {
    expect(() => withAppVariables({}, { [name]: 'x' })).toThrow(`CdkApp.environment sets ${name}`);
  }
});
