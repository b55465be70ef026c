import { LOG_TAIL_LIMIT } from '../../../local/data-plane/limits';
import { EnvironmentLog, logGroupName, logStreamName } from '../../../local/data-plane/logs';
import { DeclaredFunctions } from './functions';

async function open() {
  const functions = new DeclaredFunctions();
  functions.declare('f');
  const lines: string[] = [];
  const log = new EnvironmentLog('group', 'stream', await functions.configuration('f', ''), ({ message }) => lines.push(message));
  return { log, lines };
}

test('output in any pieces becomes lines', async () => {
  const { log, lines } = await open();
  log.start('r');
  for (const piece of ['on', 'e\ntwo\nthr', 'ee']) {
    log.write(Buffer.from(piece));
  }
  log.end('r', { duration: 1.234 });
  expect(lines.slice(2, 6)).toEqual(['one\n', 'two\n', 'three', 'END RequestId: r\n']);
});

test('a character that is cut in two is put together', async () => {
  const { log, lines } = await open();
  const bytes = Buffer.from('h€llo\n');
  log.write(bytes.subarray(0, 2));
  log.write(bytes.subarray(2));
  expect(lines.at(-1)).toBe('h€llo\n');
});

test('the report says what AWS says, but not the memory used, which is not measured', async () => {
  const { log, lines } = await open();
  log.start('r');
  log.end('r', { duration: 1.234, initDuration: 100.5 });
  expect(lines.at(-1)).toBe('REPORT RequestId: r\tDuration: 1.23 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\tInit Duration: 100.50 ms\t\n');
});

test('the tail is the last 4 KB of the current invocation alone', async () => {
  const { log } = await open();
  log.start('first');
  log.write(Buffer.from('of the first\n'));
  log.end('first', { duration: 1 });
  log.start('second');
  log.write(Buffer.alloc(3000, 0x61));
  expect(log.tail().toString()).toMatch(/^START RequestId: second/);
  log.write(Buffer.alloc(3000, 0x62));
  expect(log.tail()).toHaveLength(LOG_TAIL_LIMIT);
  expect(log.tail().toString()).toBe('a'.repeat(LOG_TAIL_LIMIT - 3000) + 'b'.repeat(3000));
});

test('groups and streams are named as Lambda names them', async () => {
  const functions = new DeclaredFunctions();
  functions.declare('f');
  functions.declare('g', { logGroup: '/mine' });
  expect(logGroupName(await functions.configuration('f', ''))).toBe('/aws/lambda/f');
  expect(logGroupName(await functions.configuration('g', ''))).toBe('/mine');
  expect(logStreamName('$LATEST', new Date('2026-11-22T23:59:59Z'))).toMatch(/^2026\/11\/22\/\[\$LATEST\][0-9a-f]{32}$/);
});
