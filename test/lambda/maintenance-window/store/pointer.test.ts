import { pointerVectors } from '../../../../lambda/contract/maintenance-window/replay.json';
import { mayBePointer, parsePointer, pointerTo } from '../../../../lambda/maintenance-window/store/pointer';

test.each(pointerVectors)('$body', ({ body, pointer }) => {
  expect(parsePointer(body)).toEqual(pointer ?? undefined);
});

test('what is written is read', () => {
  const body = Buffer.from(pointerTo('r"1', 't')).toString();
  expect(mayBePointer(body)).toBe(true);
  expect(parsePointer(body)).toEqual({ requestId: 'r"1', token: 't' });
});
