import { attributes, envelope, states } from '../../../../lambda/contract/maintenance-window/store.json';
import { type Envelope, type EventRow, type EventState, isKept } from '../../../../lambda/maintenance-window/store/row';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

test('a row and its envelope have the attributes that the contract names', () => {
  // Checked by the compiler
  const [row, kept]: [Same<keyof EventRow, keyof typeof attributes>, Same<keyof Envelope, keyof typeof envelope>] = [true, true];
  expect([row, kept]).toEqual([true, true]);
});

test('every state is known, and all but WRITING are kept', () => {
  const kept: Record<EventState, boolean> = {
    WRITING: false,
    PENDING: true,
    CLAIMED: true,
    RUNNING: true,
    DONE: true,
    QUARANTINED: true,
    DISCARDED: true,
  };
  expect(Object.keys(kept).sort()).toEqual([...states].sort());
  expect(states.filter((state) => isKept({ state }))).toEqual(states.filter((state) => kept[state as EventState]));
});

test.each([{}, { state: 'SOMETHING' }, { state: 1 }])('a row without a known state is not kept: %j', (row) => {
  expect(isKept(row)).toBe(false);
});
