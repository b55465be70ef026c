import { claimLease } from '../../../../lambda/contract/maintenance-window/timing.json';
import { updateInput } from '../../../../lambda/maintenance-window/replayer/change';
import { type BacklogRow, DamagedRow, type Item } from '../../../../lambda/maintenance-window/replayer/row';
import { claim, coalesce, lapse, unclaim } from '../../../../lambda/maintenance-window/replayer/transitions';
import { holds, updated } from '../state-machine/expressions';

const NOW = Date.parse('2027-01-10T07:00:00Z');
const row: BacklogRow = {
  id: 'orders#r7',
  state: 'PENDING',
  functionKey: 'orders',
  requestId: 'r7',
  source: 's3',
  deferredAt: NOW - 9000,
  nextAttempt: NOW - 9000,
  attempt: 0,
  dispatches: 0,
};
const pending: Item = {
  pk: { S: 'orders#r7' },
  state: { S: 'PENDING' },
  functionKey: { S: 'orders' },
  requestId: { S: 'r7' },
  nextAttempt: { N: String(NOW - 9000) },
  bpk: { S: 'pending#13' },
  attempt: { N: '0' },
  maxAttempt: { N: '5' },
  dispatches: { N: '0' },
};

/** The row after a change, or null when its condition does not hold. */
function after(change: Parameters<typeof updateInput>[0], item: Item): Item | null {
  const input = updateInput(change);
  return holds(input.ConditionExpression, item, input) ? updated(input.UpdateExpression, item, input) : null;
}

function leased(state: 'CLAIMED' | 'RUNNING', changes: Item = {}): Item {
  return {
    ...pending,
    state: { S: state },
    token: { S: 't' },
    ...(state === 'RUNNING' ? { nonce: { S: 'n' } } : {}),
    lease: { N: String(NOW - 1) },
    ...changes,
  };
}

describe('a claim', () => {
  const claimed = after(claim(row, { token: 't', run: 'run-1', now: NOW }), pending)!;

  test('takes a pending event that is due, with a token and a lease, and counts the dispatch', () => {
    expect(claimed).toMatchObject({
      state: { S: 'CLAIMED' },
      token: { S: 't' },
      run: { S: 'run-1' },
      lease: { N: String(NOW + claimLease.value) },
      bpk: { S: 'active#13' },
      dispatches: { N: '1' },
      attempt: { N: '0' },
    });
  });

  test.each(['WRITING', 'CLAIMED', 'RUNNING', 'DONE', 'QUARANTINED', 'DISCARDED'])('does not take one that is %s', (state) => {
    expect(after(claim(row, { token: 'u', run: 'run-1', now: NOW }), { ...pending, state: { S: state } })).toBeNull();
  });

  test('does not take one whose next attempt is later, though the index was not told yet', () => {
    expect(after(claim(row, { token: 'u', run: 'run-1', now: NOW }), { ...pending, nextAttempt: { N: String(NOW + 1) } })).toBeNull();
  });

  test('does not make a row of nothing', () => {
    expect(after(claim(row, { token: 'u', run: 'run-1', now: NOW }), {})).toBeNull();
  });

  test('that Lambda refused is returned, and its dispatch not counted', () => {
    const returned = after(unclaim(row, { token: 't', nextAttempt: NOW + 30_000 }), claimed)!;
    expect(returned).toMatchObject({
      state: { S: 'PENDING' },
      dispatches: { N: '0' },
      nextAttempt: { N: String(NOW + 30_000) },
      bpk: { S: 'pending#13' },
    });
    expect(Object.keys(returned)).not.toEqual(expect.arrayContaining(['token']));
    expect(Object.keys(returned)).not.toEqual(expect.arrayContaining(['lease']));
  });

  test('is returned only by who holds its token, and not once it runs', () => {
    expect(after(unclaim(row, { token: 'another', nextAttempt: NOW }), claimed)).toBeNull();
    expect(after(unclaim(row, { token: 't', nextAttempt: NOW }), { ...claimed, state: { S: 'RUNNING' } })).toBeNull();
  });
});

describe('a lease that ended', () => {
  const change = (item: Item) => lapse(item, NOW, 0.5);

  test('of a claim returns the event at once', () => {
    const item = leased('CLAIMED', { dispatches: { N: '4' } });
    expect(after(change(item)!.change, item)).toMatchObject({
      state: { S: 'PENDING' },
      nextAttempt: { N: String(NOW) },
      dispatches: { N: '4' },
      bpk: { S: 'pending#13' },
    });
    expect(change(item)!.quarantined).toBe(false);
  });

  test('of the fifth claim without a start quarantines as NeverStarted', () => {
    const item = leased('CLAIMED', { dispatches: { N: '5' } });
    expect(after(change(item)!.change, item)).toMatchObject({
      state: { S: 'QUARANTINED' },
      bpk: { S: 'quarantined#13' },
      finishedAt: { N: String(NOW) },
      outcome: { M: { errorType: { S: 'NeverStarted' }, errorMessage: { S: expect.stringContaining('none started') } } },
    });
  });

  test('scenario 8, a poison event that kills its process: of a run returns it later, as RunLost', () => {
    const item = leased('RUNNING', { attempt: { N: '2' } });
    const returned = after(change(item)!.change, item)!;
    expect(returned).toMatchObject({
      state: { S: 'PENDING' },
      nextAttempt: { N: String(NOW + 60_000) },
      outcome: { M: { errorType: { S: 'RunLost' } } },
    });
    expect(['token', 'nonce', 'lease'].filter((name) => name in returned)).toEqual([]);
  });

  test('scenario 8: of the last run quarantines as RunLost', () => {
    const item = leased('RUNNING', { attempt: { N: '5' } });
    expect(after(change(item)!.change, item)).toMatchObject({ state: { S: 'QUARANTINED' }, outcome: { M: { errorType: { S: 'RunLost' } } } });
  });

  test('is left alone when it is live after all, or the row moved on', () => {
    expect(change(leased('RUNNING', { lease: { N: String(NOW + 1) } }))).toBeUndefined();
    expect(change(pending)).toBeUndefined();
  });

  test('returns nothing of another claim, another run, or one that was extended', () => {
    const item = leased('RUNNING');
    expect(after(change(item)!.change, { ...item, nonce: { S: 'another' } })).toBeNull();
    expect(after(change(item)!.change, { ...item, lease: { N: String(NOW + 1) } })).toBeNull();
    expect(after(change(item)!.change, { ...item, state: { S: 'DONE' } })).toBeNull();
    const claimed = leased('CLAIMED', { dispatches: { N: '1' } });
    expect(after(change(claimed)!.change, { ...claimed, token: { S: 'another' } })).toBeNull();
    expect(after(change(claimed)!.change, leased('RUNNING'))).toBeNull();
  });

  test('of a row without its counts is damage that is named', () => {
    expect(() => change({ ...leased('RUNNING'), maxAttempt: { S: 'x' } })).toThrow(new DamagedRow('orders#r7', 'maxAttempt'));
  });
});

describe('a tick that a newer one stands for', () => {
  test('is discarded, and expires', () => {
    const discarded = after(coalesce(row, { newest: 'r9', hasChunks: false, now: NOW, keepFinished: 100_000 }), pending)!;
    expect(discarded).toMatchObject({
      state: { S: 'DISCARDED' },
      outcome: { M: { errorType: { S: 'coalesced' } } },
      expiresAt: { N: String(NOW / 1000 + 100) },
    });
    expect(discarded.bpk).toBeUndefined();
  });

  test('with chunks goes to the clean-up first', () => {
    const discarded = after(coalesce(row, { newest: 'r9', hasChunks: true, now: NOW, keepFinished: 100_000 }), pending)!;
    expect(discarded).toMatchObject({ state: { S: 'DISCARDED' }, bpk: { S: 'cleanup#13' } });
    expect(discarded.expiresAt).toBeUndefined();
  });

  test('is not discarded once it was claimed', () => {
    expect(after(coalesce(row, { newest: 'r9', hasChunks: false, now: NOW, keepFinished: 100_000 }), leased('CLAIMED'))).toBeNull();
  });
});
