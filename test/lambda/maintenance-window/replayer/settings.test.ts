import { readSettings } from '../../../../lambda/maintenance-window/replayer/settings';

const least = { PATIENT_LAMBDA_TABLE: 'events', PATIENT_LAMBDA_STORE: 'store-1' };

test('only the table and the store must be set', () => {
  expect(readSettings(least)).toEqual({
    table: 'events',
    store: 'store-1',
    replay: 'MANUAL',
    maxConcurrency: 5,
    rate: Infinity,
    keepFinished: 1_209_600_000,
  });
});

test('everything can be set', () => {
  expect(
    readSettings({
      ...least,
      PATIENT_LAMBDA_REPLAY: 'AUTOMATIC',
      PATIENT_LAMBDA_MAX_CONCURRENCY: '100',
      PATIENT_LAMBDA_RATE: '0.5',
      PATIENT_LAMBDA_KEEP_FINISHED: '604800',
    }),
  ).toEqual({ table: 'events', store: 'store-1', replay: 'AUTOMATIC', maxConcurrency: 100, rate: 0.5, keepFinished: 604_800_000 });
});

test.each([
  ['PATIENT_LAMBDA_TABLE', undefined, 'PATIENT_LAMBDA_TABLE is not set'],
  ['PATIENT_LAMBDA_STORE', '', 'PATIENT_LAMBDA_STORE is not set'],
  ['PATIENT_LAMBDA_REPLAY', 'automatic', "PATIENT_LAMBDA_REPLAY is 'automatic'; it must be MANUAL or AUTOMATIC"],
  ['PATIENT_LAMBDA_MAX_CONCURRENCY', '0', "PATIENT_LAMBDA_MAX_CONCURRENCY is '0'; it must be a whole number above 0"],
  ['PATIENT_LAMBDA_MAX_CONCURRENCY', '2.5', "PATIENT_LAMBDA_MAX_CONCURRENCY is '2.5'"],
  ['PATIENT_LAMBDA_RATE', '-1', "PATIENT_LAMBDA_RATE is '-1'; it must be a number above 0"],
  ['PATIENT_LAMBDA_RATE', 'Infinity', "PATIENT_LAMBDA_RATE is 'Infinity'"],
  ['PATIENT_LAMBDA_KEEP_FINISHED', 'two weeks', "PATIENT_LAMBDA_KEEP_FINISHED is 'two weeks'"],
])('%s = %j is refused by name', (name, value, message) => {
  expect(() => readSettings({ ...least, [name]: value })).toThrow(message);
});
