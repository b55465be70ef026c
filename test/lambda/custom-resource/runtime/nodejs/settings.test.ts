import { readSettings } from '../../../../../lambda/custom-resource/runtime/nodejs/operation/settings';

test('without variables the defaults count', () => {
  expect(readSettings({})).toEqual({
    serviceTimeout: undefined,
    pollInterval: undefined,
    resolveSecrets: true,
    publicSecretKeys: [],
    mostExecutions: 12,
  });
});

test('each variable counts', () => {
  expect(
    readSettings({
      PATIENT_LAMBDA_SERVICE_TIMEOUT: '600',
      PATIENT_LAMBDA_POLL_INTERVAL: '0.5',
      PATIENT_LAMBDA_RESOLVE_SECRETS: 'false',
      PATIENT_LAMBDA_PUBLIC_SECRET_KEYS: '["username","dbname"]',
      PATIENT_LAMBDA_RECURSIVE_LOOP: 'Allow',
    }),
  ).toEqual({ serviceTimeout: 600, pollInterval: 0.5, resolveSecrets: false, publicSecretKeys: ['username', 'dbname'], mostExecutions: Infinity });
});

test.each([
  ['PATIENT_LAMBDA_SERVICE_TIMEOUT', '7200'],
  ['PATIENT_LAMBDA_SERVICE_TIMEOUT', ''],
  ['PATIENT_LAMBDA_POLL_INTERVAL', '-1'],
  ['PATIENT_LAMBDA_RESOLVE_SECRETS', 'no'],
  ['PATIENT_LAMBDA_PUBLIC_SECRET_KEYS', 'username'],
  ['PATIENT_LAMBDA_PUBLIC_SECRET_KEYS', '"username"'],
  ['PATIENT_LAMBDA_PUBLIC_SECRET_KEYS', '["username", 1]'],
  ['PATIENT_LAMBDA_PUBLIC_SECRET_KEYS', '[""]'],
  ['PATIENT_LAMBDA_RECURSIVE_LOOP', 'allow'],
])('%s of %p is refused by name', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(`the environment variable ${name} is '${value}', expected`);
});
