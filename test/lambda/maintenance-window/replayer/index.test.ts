import { handler } from '../../../../lambda/maintenance-window/replayer/index';

const context = { getRemainingTimeInMillis: () => 60_000 };

test('a payload that is neither a sweep nor a run is refused before anything is looked at', async () => {
  await expect(handler({ action: 'replay', fucntionKey: 'orders' }, context)).rejects.toThrow('Unknown field "fucntionKey". Send {"action":"sweep"}');
});

test('a redirect to the key that the events have is refused before anything is looked at', async () => {
  await expect(handler({ action: 'redirect', functionKey: 'orders', to: 'orders' }, context)).rejects.toThrow(
    '"to" is "orders", as is "functionKey"',
  );
});

test('a replayer without its environment says which variable is missing', async () => {
  await expect(handler({ action: 'sweep' }, context)).rejects.toThrow('PATIENT_LAMBDA_TABLE is not set');
});
