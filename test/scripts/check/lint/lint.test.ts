import type { Check } from '../../../../scripts/check/lint/checks';
import { checksNamed, lint } from '../../../../scripts/check/lint/lint';

const check = (name: string, found = '', more: Partial<Check> = {}): Check => ({
  name,
  title: `the ${name}`,
  run: () => Promise.resolve(found),
  ...more,
});
const built = () => Promise.resolve(true);

describe('checks that run side by side', () => {
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation();
  });

  test('are a test case each, in their order, by their title', async () => {
    const tests = await lint([check('types'), check('style', 'a.ts: not like this')], built);
    expect(tests).toMatchObject([
      { suite: 'lint', name: 'the types', outcome: 'passed' },
      { suite: 'lint', name: 'the style', outcome: 'failed', message: 'a.ts: not like this' },
    ]);
  });

  test('that cannot run have failed, and the others go on', async () => {
    const tests = await lint([check('types', '', { run: () => Promise.reject(new Error('no tsc')) }), check('style')], built);
    expect(tests).toMatchObject([{ outcome: 'failed', message: 'no tsc' }, { outcome: 'passed' }]);
  });

  test('wait for what they need, and have failed when it can not be built', async () => {
    const taken: string[] = [];
    const run = jest.fn(() => Promise.resolve(''));
    const tests = await lint([check('types', '', { needs: ['bundle', 'compile', 'kernel'], run }), check('style')], (step) => {
      taken.push(step);
      return Promise.resolve(step !== 'compile');
    });
    expect(taken).toEqual(['bundle', 'compile']);
    expect(run).not.toHaveBeenCalled();
    expect(tests).toMatchObject([{ outcome: 'failed', message: "step 'compile' failed; its output is above" }, { outcome: 'passed' }]);
  });
});

describe('checks chosen by name', () => {
  const checks = [check('types'), check('style'), check('imports')];

  test('are those, in the order of all', () => {
    expect(checksNamed(['imports', 'types'], checks).map(({ name }) => name)).toEqual(['types', 'imports']);
  });

  test('are all without a name', () => {
    expect(checksNamed([], checks)).toBe(checks);
  });

  test('can not be any that is not there', () => {
    expect(() => checksNamed(['types', 'taste'], checks)).toThrow("no check 'taste': there are types, style, imports");
  });

  test('have names of their own', () => {
    const names = checksNamed([]).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
