/** The store of deferred events when it is missing, away or damaged: nothing is acknowledged without being kept, nothing runs in part. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';

import { DEFERRED, MINUTES, useStage } from '../support/gate';
import { code, type Handlers } from '../support/language';
import { LANGUAGES } from '../support/languages';
import type { Stage } from '../support/stage';

let stage: Stage;
useStage((opened) => {
  stage = opened;
});

/** A server that says something at once, and then a byte at a time for as long as anybody listens. */
async function drip(first: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).write(first);
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      open.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

describe.each(LANGUAGES)('$name', (language) => {
  const start = (handler: keyof Handlers, more = {}) => stage.start({ ...language.newest, code: code(language, handler), ...more });

  test(
    'a table that is missing is an error to the source, never an acknowledgement',
    async () => {
      stage.window('on');
      const environment = await start('runs', { table: 'no-such-table' });
      const failed = await environment.error({});
      expect(failed.errorType).toBe('EventNotStored');
      expect(failed.errorMessage).toContain('ResourceNotFoundException');
      expect(environment.output).toMatch(/"StoreFailed": ?1/);
    },
    MINUTES,
  );

  test(
    'a store that cannot be reached is an error in time',
    async () => {
      stage.window('on');
      const environment = await start('runs', { dynamoDb: 'http://127.0.0.1:9' });
      const failed = await environment.error({}, { timeout: 10_000 });
      expect(failed.errorType).toBe('EventNotStored');
      expect(failed.errorMessage).toContain('NetworkError');
    },
    MINUTES,
  );

  test.each([
    ['its head', 'HTTP/1.1 200 OK\r\nx: '],
    ['its body', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n'],
  ])(
    'a store that answers %s a byte at a time is an error in time',
    async (_, first) => {
      const dripping = await drip(first);
      try {
        stage.window('on');
        const environment = await start('runs', { dynamoDb: dripping.endpoint });
        const failed = await environment.error({}, { timeout: 4_000 });
        expect(failed.errorType).toBe('EventNotStored');
        expect(failed.errorMessage).toContain('NetworkError');
      } finally {
        await dripping.close();
      }
    },
    MINUTES,
  );

  test(
    'an event of 5 MB comes back byte for byte',
    async () => {
      const noise = randomBytes(3_750_000).toString('base64');
      const event = { noise, sha256: createHash('sha256').update(noise).digest('hex') };
      stage.window('on');
      const environment = await start('digests');
      expect(await environment.reply(event, { requestId: 'r-1' })).toMatchObject(DEFERRED);
      expect(Number((await stage.row('r-1'))!.chunks.N)).toBeGreaterThan(10);
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toBeNull();
      const row = await stage.row('r-1');
      expect([row!.state.S, row!.bpk.S, 'expiresAt' in row!]).toEqual(['DONE', 'cleanup#10', false]);
    },
    MINUTES,
  );

  test(
    'an input of a schedule, and an event by payload, are kept with the rule of their bytes',
    async () => {
      const [tick, ping] = [{ task: 'sweep' }, { ping: true }];
      const digest = (event: object, encoding: 'hex' | 'base64url') => createHash('sha256').update(JSON.stringify(event)).digest(encoding);
      stage.window('on');
      const variables = { tickInputs: digest(tick, 'base64url').slice(0, 12), coalesceBy: 'PAYLOAD' };
      const environment = await start('runs', { variables });
      expect(await environment.reply(tick, { requestId: 'r-1' })).toMatchObject(DEFERRED);
      expect(await environment.reply(ping, { requestId: 'r-2' })).toMatchObject(DEFERRED);
      const rows = await Promise.all(['r-1', 'r-2'].map((id) => stage.row(id)));
      expect(rows.map((row) => [row!.source.S, row!.rule.S])).toEqual([
        ['scheduled', `input:${digest(tick, 'hex')}`],
        ['direct', `payload:${digest(ping, 'hex')}`],
      ]);
    },
    MINUTES,
  );

  test(
    'a part of an event that was lost is a failed attempt, not a shorter event',
    async () => {
      stage.window('on');
      const environment = await start('runs');
      await environment.reply({ noise: randomBytes(400_000).toString('base64') }, { requestId: 'r-1' });
      const { writeId } = (await stage.row('r-1'))!;
      await stage.database.send(new DeleteItemCommand({ TableName: stage.table, Key: { pk: { S: `fn#r-1#${writeId.S}#0` } } }));
      await stage.windowSeen('auto');
      expect(await environment.reply(await stage.claim('r-1'))).toMatchObject({ maintenanceReplay: { status: 'FAILED' } });
      expect((await stage.row('r-1'))!.outcome.M!.errorType.S).toBe('BodyDamaged');
    },
    MINUTES,
  );
});
