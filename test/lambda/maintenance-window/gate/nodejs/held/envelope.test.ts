import { envelope as attributes, limits } from '../../../../../../lambda/contract/maintenance-window/store.json';
import { capped, envelopeOf } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/envelope';
import { encodeRow } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/items';
import type { Invocation } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/invocation';
import type { Settings } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/settings';

const SETTINGS = { functionVersion: '7', operatorParameter: '/o', plannedParameter: '/p', cacheTtl: 30_000, leadTime: 60_000 } as Settings;
const LEAST = {
  functionArn: 'arn',
  functionVersion: '7',
  schema: attributes.schema.value,
  operatorParameter: '/o',
  plannedParameter: '/p',
  cacheTtl: 30,
  leadTime: 60,
};
const RECEIVED = { identity: '{}', tenantId: 't', traceId: 'Root=1' };

test.each<[string, object, readonly string[], number | undefined, number | null, string | null, object]>([
  ['nothing else', {}, [], undefined, null, null, {}],
  ["the source's ids", {}, ['a', 'b'], undefined, null, null, { sourceIds: ['a', 'b'] }],
  ['what came with the event', RECEIVED, [], undefined, null, null, RECEIVED],
  ["the caller's context", { clientContext: '{"custom": {}}' }, [], undefined, null, null, { clientContext: '{"custom": {}}' }],
  [
    'no forged mark',
    { clientContext: '{"custom":{"maintenanceReplay":{},"own":1}}' },
    [],
    undefined,
    null,
    null,
    { clientContext: '{"custom":{"own":1}}' },
  ],
  ['the window', {}, [], 3, 1_800_000_000_000, 'db', { operatorVersion: 3, until: 1_800_000_000_000, reason: 'db' }],
])('an envelope holds function, parameters and %s', (_, received, ids, version, until, reason, expected) => {
  const envelope = envelopeOf(SETTINGS, { arn: 'arn', ...received } as Invocation, ids, version, { until, reason });
  expect(encodeRow(envelope)).toEqual(encodeRow({ ...LEAST, ...expected }));
});

test.each([
  [Array.from({ length: 10_000 }, (_, number) => String(number)), limits.mostSourceIds.value],
  [['x'.repeat(65_532)], 1],
  [['x'.repeat(65_533)], 0],
  [Array.from({ length: 1000 }, () => 'é'.repeat(400)), 62],
  [[], 0],
])('ids of a large batch, or as long as an event, do not make the row too large', (ids, kept) => {
  expect(capped(ids)).toEqual(ids.slice(0, kept));
});
