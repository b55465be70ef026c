/** Tokens and names in the context of a handler. */
import { done, type OperationContext } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { CREATE, DELETE, run, UPDATE } from './operations';

describe('tokens and names', () => {
  test('fit what a service takes, and are the same in each create, update and delete', async () => {
    const names = new Set<string>();
    const tokens: string[] = [];
    const note = async (_: unknown, { token, physicalName, idempotencyToken }: OperationContext) => {
      names.add(physicalName({ maxLength: 32, lowercase: true }));
      tokens.push(token(32));
      expect(idempotencyToken.startsWith(token(32))).toBe(true);
      return done({ data: {} });
    };
    for (const event of [CREATE, UPDATE, DELETE]) {
      await run({ create: note, update: note, delete: note }, event);
    }
    expect([...names]).toEqual([expect.stringMatching(/^shop-restore-[0-9a-f]{16}$/)]);
    expect(tokens).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{32}$/)));
  });

  test('that are too short fail by name', async () => {
    const { answer } = await run({ create: async (_, { token }) => done({ data: { Token: token(8) } }) });
    expect(answer?.reason).toContain('ctx.token is 8, expected a whole number of characters, 16 or more');
  });
});
