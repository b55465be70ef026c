import { withMark, withoutMark } from '../../../../../../lambda/maintenance-window/gate/nodejs/replay/mark';

const ROW = { requestId: 'r', deferredAt: Date.parse('2027-01-10T05:00:00Z'), attempt: 2, run: 'run-1' };
const MARK = { originalRequestId: 'r', deferredAt: '2027-01-10T05:00:00.000Z', attempt: 2, run: 'run-1' };

test.each([
  ['none', undefined, { custom: { maintenanceReplay: MARK } }],
  ['one of its own', '{"client":{"id":"c"},"custom":{"own":1}}', { client: { id: 'c' }, custom: { own: 1, maintenanceReplay: MARK } }],
  ['one that is no JSON', '{no json', { custom: { maintenanceReplay: MARK } }],
  ['one that is no object', '[1]', { custom: { maintenanceReplay: MARK } }],
  ['one whose custom is no object', '{"custom":"text"}', { custom: { maintenanceReplay: MARK } }],
])('a replay with a client context: %s', (_, original, expected) => {
  expect(JSON.parse(withMark(original, ROW))).toEqual(expected);
});

test.each([
  ['without a mark', '{"custom": {"own": 1}}', '{"custom": {"own": 1}}'],
  ['that is no JSON', '{no json', '{no json'],
  ['with a forged mark', '{"custom":{"own":1,"maintenanceReplay":{}},"client":2}', '{"custom":{"own":1},"client":2}'],
])('a client context %s', (_, context, expected) => {
  expect(withoutMark(context)).toBe(expected);
});
