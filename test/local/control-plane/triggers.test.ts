/** One fidelity test for each row of the trigger table: caused through the public API, seen where the data plane is. */
import { CreateAliasCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';

import table from '../../../local/control-plane/triggers.json';
import { Harness } from './harness';
import { callers } from './triggers/callers';
import { mappings } from './triggers/mappings';
import { publishers } from './triggers/publishers';
import type { Row, Scene } from './triggers/row';

let bed: Harness;
let scene: Scene;

beforeAll(async () => {
  bed = await Harness.open();
  const fn = await bed.createFunction('listener');
  await bed.lambda.send(new PublishVersionCommand({ FunctionName: 'listener' }));
  const { AliasArn } = await bed.lambda.send(new CreateAliasCommand({ FunctionName: 'listener', Name: 'live', FunctionVersion: '1' }));
  scene = { bed, fn, live: AliasArn! };
}, 300_000);

afterAll(() => bed?.close());
beforeEach(() => {
  bed.recorder.handed.length = 0;
  bed.recorder.answer = () => undefined;
});

const rows: Readonly<Record<string, Row>> = { ...callers, ...mappings, ...publishers };

/** How the data plane is asked, by the table's mode. `caller`: as Invoke's caller says, here synchronously. */
const MODE_ON_THE_WIRE: Record<string, string> = { synchronous: 'RequestResponse', asynchronous: 'Event', caller: 'RequestResponse' };

describe('the trigger table', () => {
  it.each(table.triggers)('$trigger reaches the data plane, $mode', async ({ trigger, mode }) => {
    const handed = await rows[trigger](scene);
    expect(handed.mode).toBe(MODE_ON_THE_WIRE[mode]);
    expect(bed.controlPlane.undelivered).toEqual([]);
  });

  it('has a fidelity test for each row and no test without a row', () => {
    expect(Object.keys(rows).sort()).toEqual(table.triggers.map((row) => row.trigger).sort());
  });
});
