import {
  attributes,
  backlogGroups,
  envelope,
  finished,
  index,
  run,
  shards,
  states,
  transitions,
} from '../../lambda/contract/maintenance-window/store.json';
import { updateInput } from '../../lambda/maintenance-window/replayer/change';
import { completed, redirectedRow, takenOver, unfinishedRow } from '../../lambda/maintenance-window/replayer/redirected-row';
import type { BacklogRow, Item } from '../../lambda/maintenance-window/replayer/row';
import { newRun, Runs } from '../../lambda/maintenance-window/replayer/runs';
import { Table } from '../../lambda/maintenance-window/replayer/table';
import { claim, coalesce, lapse, redirectTo, unclaim } from '../../lambda/maintenance-window/replayer/transitions';
import { InMemoryDynamoDb } from '../lambda/maintenance-window/state-machine/in-memory-dynamodb';

const row: BacklogRow = {
  id: 'k#r',
  state: 'PENDING',
  functionKey: 'k',
  requestId: 'r',
  source: 's3',
  deferredAt: 1,
  nextAttempt: 1,
  attempt: 0,
  dispatches: 0,
};
const leased = (state: string, changes: Item): Item => ({
  pk: { S: 'k#r' },
  requestId: { S: 'r' },
  state: { S: state },
  token: { S: 't' },
  nonce: { S: 'n' },
  lease: { N: '1' },
  maxAttempt: { N: '5' },
  ...changes,
});

const old: Item = { ...leased('PENDING', {}), deferredAt: { N: '1' }, envelope: { M: {} } };
const whole = redirectedRow(old, row, 'l', { accepted: true, functionArn: 'arn', window: { operator: '/w', cacheTtl: 1, leadTime: 0 } });
const unfinished = unfinishedRow(whole, { writeId: 'w', chunks: 1, now: 9 });

/** Every change that the replayer makes to an event's row, by the states that it leads from and to. */
const changes = [
  ['PENDING', 'CLAIMED', claim(row, { token: 't', run: 'x', now: 9 })],
  ['CLAIMED', 'PENDING', unclaim(row, { token: 't', nextAttempt: 9 })],
  ['CLAIMED', 'PENDING', lapse(leased('CLAIMED', { dispatches: { N: '1' } }), 9, 0)!.change],
  ['CLAIMED', 'QUARANTINED', lapse(leased('CLAIMED', { dispatches: { N: '5' } }), 9, 0)!.change],
  ['RUNNING', 'PENDING', lapse(leased('RUNNING', { attempt: { N: '1' } }), 9, 0)!.change],
  ['RUNNING', 'QUARANTINED', lapse(leased('RUNNING', { attempt: { N: '5' } }), 9, 0)!.change],
  ['PENDING', 'DISCARDED', coalesce(row, { newest: 'z', hasChunks: false, now: 9, keepFinished: 1 })],
  ['PENDING', 'DISCARDED', redirectTo(row, { to: 'l', hasChunks: true, now: 9, keepFinished: 1 })],
  ['WRITING', 'PENDING', completed(whole, 'w')],
] as const;
/** Every row that it writes whole. */
const rows = [
  ['PENDING', whole],
  ['WRITING', unfinished],
] as const;

test('the replayer makes the transitions that the contract gives it, and no other', () => {
  // WRITING -> WRITING, by the sweep and by a redirect, is a take-over: the state stays, the writer changes
  const wanted = transitions.filter(({ by, from, to }) => by === 'replayer' && !(from === 'WRITING' && to === 'WRITING'));
  const made = [...changes.map(([from, to]) => `${from} -> ${to}`), ...rows.map(([to]) => `null -> ${to}`)];
  expect([...new Set(made)].sort()).toEqual([...new Set(wanted.map(({ from, to }) => `${from} -> ${to}`))].sort());
});

test.each(rows)('a row that is written as %s names no attribute that the contract does not', (state, item) => {
  expect(item.state).toEqual({ S: state });
  expect(Object.keys(item).filter((name) => !(name in attributes))).toEqual([]);
  expect(Object.keys(item.envelope.M!).filter((name) => !(name in envelope))).toEqual([]);
  expect(backlogGroups[item.bpk.S!.split('#')[0] as keyof typeof backlogGroups].states).toContain(state);
});

test('a take-over asks for the writer that it replaces, and names it for the clean-up', () => {
  const { item, condition } = takenOver({ ...unfinished, writeId: { S: 'x' } }, unfinished);
  expect(condition.values).toEqual({ writing: 'WRITING', earlier: 'w' });
  expect(item).toMatchObject({
    state: { S: 'WRITING' },
    writeId: { S: 'x' },
    abandoned: { L: [{ M: { writeId: { S: 'w' }, chunks: { N: '1' } } }] },
  });
});

test.each(changes)('%s -> %s asks for the one state, writes the other, and names no attribute that the contract does not', (from, to, change) => {
  const { ConditionExpression, UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = updateInput(change);
  const [, guard] = /#state = (:\w+)/.exec(ConditionExpression)!;
  const [, target] = /SET #state = (:\w+)/.exec(UpdateExpression)!;
  expect([values[guard], values[target]]).toEqual([{ S: from }, { S: to }]);
  expect(Object.values(names).filter((name) => !(name in attributes))).toEqual([]);
});

test('every state stands in one group of the index, or in none once it is finished', () => {
  const grouped = Object.values(backlogGroups).flatMap((group) => group.states);
  expect(new Set(grouped).size).toBe(grouped.length);
  expect([...states].sort()).toEqual(grouped.filter((state) => state !== 'ACTIVE').sort());
  expect(finished.every((state) => backlogGroups.cleanup.states.includes(state))).toBe(true);
});

test('what the index projects are attributes of rows', () => {
  expect([...index.projected, index.partitionKey, index.sortKey].filter((name) => !(name in attributes))).toEqual([]);
  expect(shards.count).toBe(16);
});

test("a run's row has the attributes that the contract names, from its start to its end", async () => {
  const database = new InMemoryDynamoDb();
  const runs = new Runs(new Table(database as never, 't'), 10_000);
  const started = await runs.store(newRun({ mode: 'MANUAL', filter: { source: 's3' }, maxEvents: 2, now: 1000, skew: 5 }));
  const id = `${run.keyPrefix}${started.runId}`;
  const { finishedAt: _f, expiresAt: _e, ...active } = run.attributes;
  expect(Object.keys(database.item(id)!).sort()).toEqual(Object.keys(active).sort());
  expect(database.item(id)).toMatchObject({ state: { S: run.states[0] }, bpk: { S: 'run#00' }, deferredBefore: { N: '1005' } });
  await runs.finish(started, 2000);
  const { bpk: _b, bsk: _d, ...ended } = run.attributes;
  expect(Object.keys(database.item(id)!).sort()).toEqual(Object.keys(ended).sort());
  expect(database.item(id)).toMatchObject({ state: { S: run.states[1] }, finishedAt: { N: '2000' }, expiresAt: { N: '12' } });
});
