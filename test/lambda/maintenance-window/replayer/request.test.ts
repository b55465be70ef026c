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

test('a redirect takes the key that events wait under, the new one, and what may narrow it', () => {
  expect(readRequest({ action: 'redirect', functionKey: 'orders', to: 'Shop/Orders-2.b_c' })).toEqual({
    action: 'redirect',
    filter: { functionKey: 'orders' },
    to: 'Shop/Orders-2.b_c',
  });
  expect(readRequest({ action: 'redirect', functionKey: 'orders', to: 'bills', source: 's3', requestId: 'r', maxEvents: 1 })).toEqual({
    action: 'redirect',
    filter: { functionKey: 'orders', source: 's3', requestId: 'r' },
    to: 'bills',
    maxEvents: 1,
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
  [{ action: 'replay', to: 'bills' }, 'Unknown field "to"'],
  [{ action: 'redirect', to: 'bills' }, '"functionKey" is undefined; it must be a function key: 1 to 64 letters'],
  [{ action: 'redirect', functionKey: 'orders' }, '"to" is undefined; it must be a function key'],
  [{ action: 'redirect', functionKey: 'orders', to: '' }, '"to" is ""; it must be a function key'],
  [{ action: 'redirect', functionKey: 'orders', to: 'a#b' }, '"to" is "a#b"; it must be a function key'],
  [
    { action: 'redirect', functionKey: 'orders', to: 'run' },
    `"to" is "run"; it must be a function key: 1 to 64 letters, digits, '.', '_', '/' or '-', and not 'run'.`,
  ],
  [{ action: 'redirect', functionKey: 'orders', to: 'x'.repeat(65) }, 'it must be a function key'],
  [{ action: 'redirect', functionKey: 'orders#', to: 'bills' }, '"functionKey" is "orders#"; it must be a function key'],
  [{ action: 'redirect', functionKey: 'orders', to: 'orders' }, '"to" is "orders", as is "functionKey"; its events are there already.'],
  [{ action: 'redirect', functionKey: 'orders', to: 'bills', source: 'sqss' }, '"source" is "sqss"'],
  [{ action: 'redirect', functionKey: 'orders', to: 'bills', maxEvents: 0 }, '"maxEvents" is 0'],
  [{ action: 'redirect', functionKey: 'orders', to: 'bills', target: 'x' }, 'Unknown field "target"'],
])('%j is refused: %s', (event, message) => {
  expect(() => readRequest(event)).toThrow(BadRequest);
  expect(() => readRequest(event)).toThrow(message);
  expect(() => readRequest(event)).toThrow('Send {"action":"sweep"}, {"action":"replay"} with any of');
});
