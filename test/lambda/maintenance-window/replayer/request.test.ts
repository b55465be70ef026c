import { BadRequest, readRequest } from '../../../../lambda/maintenance-window/replayer/request';

test("the schedule's event is a sweep", () => {
  expect(readRequest({ action: 'sweep' })).toEqual({ action: 'sweep' });
});

test('a run by hand without filters takes all', () => {
  expect(readRequest({ action: 'replay' })).toEqual({ action: 'replay', filter: {} });
});

test('a run by hand takes a function, a source, a request and a number of events', () => {
  expect(readRequest({ action: 'replay', functionKey: 'orders', source: 'sqs', requestId: 'r', maxEvents: 3 })).toEqual({
    action: 'replay',
    filter: { functionKey: 'orders', source: 'sqs', requestId: 'r' },
    maxEvents: 3,
  });
});

test.each([
  [null, 'null, which is not a JSON object'],
  ['replay', '"replay", which is not a JSON object'],
  [[], '[], which is not a JSON object'],
  [{}, '"action" is undefined'],
  [{ action: 'drain' }, '"action" is "drain"'],
  [{ action: 'sweep', source: 'sqs' }, 'Unknown field "source"'],
  [{ action: 'replay', function: 'x', key: 1 }, 'Unknown fields "function", "key"'],
  [{ action: 'replay', functionKey: '' }, '"functionKey" is ""'],
  [{ action: 'replay', requestId: 7 }, '"requestId" is 7'],
  [{ action: 'replay', source: 'sqss' }, '"source" is "sqss"; known: cloudformation, cloudformation-macro'],
  [{ action: 'replay', maxEvents: 0 }, '"maxEvents" is 0; it must be a whole number above 0'],
  [{ action: 'replay', maxEvents: '5' }, '"maxEvents" is "5"'],
  [{ action: 'replay', maxEvents: 1.5 }, '"maxEvents" is 1.5'],
])('%j is refused: %s', (event, message) => {
  expect(() => readRequest(event)).toThrow(BadRequest);
  expect(() => readRequest(event)).toThrow(message);
  expect(() => readRequest(event)).toThrow('Send {"action":"sweep"} or {"action":"replay"}');
});
