import { RECURSION_LIMIT } from '../../../local/data-plane/limits';
import { type Chain, continueChain, isRecursiveLoop } from '../../../local/data-plane/recursion';

/** The chain after these functions invoked each other. */
const follow = (functions: string[]): Chain =>
  functions.reduce<Chain>((chain, name) => continueChain(name, chain.traceId), { traceId: '', depth: 0 });

test('a first invocation starts a chain, with the fields that AWS gives', () => {
  const { traceId, depth } = continueChain('f', undefined);
  expect(depth).toBe(1);
  expect(traceId).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/);
});

test('the root and the sampling decision of a caller are kept, the parent is new', () => {
  const { traceId } = continueChain('f', 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1');
  expect(traceId).toMatch(/^Root=1-5759e988-bd862e3fe1be46a994272793;Parent=(?!53995c3f42cd8ad8)[0-9a-f]{16};Sampled=1;Lineage=/);
});

test('each function of a chain is counted by itself', () => {
  const { traceId, depth } = follow(['a', 'b', 'a', 'b', 'a']);
  expect(depth).toBe(3);
  expect(
    traceId
      .split('Lineage=')[1]
      .split('|')
      .map((field) => field.split(':')[2]),
  ).toEqual(['1', '2']);
});

test('sixteen invocations of a function are run, the next is a loop', () => {
  const sixteen = follow(Array<string>(RECURSION_LIMIT).fill('f'));
  expect(isRecursiveLoop(sixteen, 'Terminate')).toBe(false);
  const next = continueChain('f', sixteen.traceId);
  expect(isRecursiveLoop(next, 'Terminate')).toBe(true);
  expect(isRecursiveLoop(next, undefined)).toBe(true);
  expect(isRecursiveLoop(next, 'Allow')).toBe(false);
  expect(isRecursiveLoop(continueChain('g', next.traceId), 'Terminate')).toBe(false);
});

test.each(['', 'nonsense', 'Lineage=', 'Root=1-2-3;Lineage=x:y:z|1:fe460cdd:notanumber', ';;=;='])('%j is no chain, and no failure', (traceId) => {
  expect(continueChain('f', traceId).depth).toBe(1);
});

test('a lineage in the older shape, without a format, is read too', () => {
  const key = continueChain('f', undefined).traceId.split('Lineage=1:')[1].split(':')[0];
  expect(continueChain('f', `Root=1-2-3;Lineage=${key}:4`).depth).toBe(6);
});
