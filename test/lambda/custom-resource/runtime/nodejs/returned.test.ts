/** What a handler may return. */
import { done, wait } from '../../../../../lambda/custom-resource/runtime/nodejs';
import { CREATE, DEFAULT_ID, DELETE, type Event, type Handlers, nothing, returns, run, throws, UPDATE } from './operations';

describe('members that', () => {
  test.each<[string, object, string]>([
    ['Data', { Data: { Arn: 'a' } }, "done takes no 'Data': did you mean data?"],
    ['an attribute', { Arn: 'a' }, "done takes no 'Arn': attributes belong in data"],
    ['PhysicalResourceId', { PhysicalResourceId: 'made' }, "done takes no 'PhysicalResourceId': did you mean physicalResourceId?"],
    ['NoEcho', { NoEcho: true }, "done takes no 'NoEcho': did you mean noEcho?"],
    ['Reason', { Reason: 'why' }, "done takes no 'Reason': done(...) is a success; throw an error to fail"],
    ['IsComplete', { IsComplete: false }, "done takes no 'IsComplete': done(...) is complete; return wait(...) to go on"],
    ['afterSeconds', { afterSeconds: 5 }, "done takes no 'afterSeconds': attributes belong in data"],
    ['no_echo', { no_echo: true }, "done takes no 'no_echo': did you mean noEcho?"],
  ])('done does not know are FAILED by name: %s', async (_, members, reason) => {
    const { answer } = await run({ create: returns(done({ physicalResourceId: 'made', ...members })) });
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'made', reason: expect.stringContaining(reason) });
  });

  test.each<[string, object, string]>([
    ['data', { data: { Arn: 'a' } }, "wait takes no 'data': attributes are known when it is done"],
    ['Data', { Data: { Arn: 'a' } }, "wait takes no 'Data': attributes are known when it is done"],
    ['PhysicalResourceId', { PhysicalResourceId: 'made' }, "wait takes no 'PhysicalResourceId': did you mean physicalResourceId?"],
    ['after', { after: 5 }, "wait takes no 'after': did you mean afterSeconds?"],
    ['anything', { job: 'j-1' }, "wait takes no 'job': it takes a state, then physicalResourceId and afterSeconds"],
  ])('wait does not know are FAILED by name: %s', async (_, members, reason) => {
    const { answer } = await run({ create: returns(wait({}, { physicalResourceId: 'made', ...members })) });
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'made', reason: expect.stringContaining(reason) });
  });

  test.each<[string, Partial<Handlers>]>([
    ['done of a create', { create: returns(done({ PhysicalResourceId: 'made-1' } as object)) }],
    ['done of a poll', { create: async () => wait({}), poll: returns(done({ PhysicalResourceId: 'made-1' } as object)) }],
    ['wait', { create: returns(wait({}, { PhysicalResourceId: 'made-1' } as object)) }],
    ['an object that neither made', { create: returns({ PhysicalResourceId: 'made-1', Data: {} }) }],
    ['snake case', { create: returns(done({ physical_resource_id: 'made-1' } as object)) }],
  ])("hold the id in another's spelling are FAILED with that id, so that delete finds what was made: %s", async (_, handlers) => {
    expect((await run(handlers)).answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'made-1' });
  });

  test('hold an id that is none leave the default', async () => {
    const { answer } = await run({ create: returns(done({ PhysicalResourceId: 7 } as object)) });
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: DEFAULT_ID });
  });

  test.each([UPDATE, DELETE])('fail a $RequestType with the present id', async (event) => {
    const handler = returns(done({ PhysicalResourceId: 'other' } as object));
    expect((await run({ update: handler, delete: handler }, event)).answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'own-1' });
  });

  test('are undefined say nothing', async () => {
    expect((await run({ create: returns(done({ Reason: undefined } as object)) })).answer?.status).toBe('SUCCESS');
  });
});

describe('data', () => {
  test.each<[string, object, string]>([
    [
      'an object',
      { roles: { reader: 'arn:1' } },
      "data.roles is an object, and attributes are flat; a name may hold a dot: data: { 'roles.reader': ... }",
    ],
    ['an object without members', { roles: {} }, "data: { 'roles.name': ... }"],
    ['null', { none: null }, 'data.none is null: an attribute is a string, a number, true or false, or a list of these'],
    ['a list of objects', { roles: ['a', { reader: 'arn:1' }] }, 'data.roles[1] is an object: an attribute is'],
    ['a list of lists', { roles: [['a']] }, 'data.roles[0] is a list: an attribute is'],
    ['a list with null', { roles: [null] }, 'data.roles[0] is null'],
    ['colours', { Log: '\u001b[32mok' }, "data.Log holds escape sequences, control characters or broken Unicode, which CloudFormation can't show"],
    ['a control character in a list', { Log: ['ok', 'a\u0000'] }, 'data.Log[1] holds escape'],
    ['half a surrogate pair', { Log: 'a\ud83d' }, 'data.Log holds escape'],
    ['a control character in a name', { 'Log\u0007': 'ok' }, 'data.Log\ufffd holds escape'],
  ])('that CloudFormation does not take is FAILED by its path: %s', async (_, data, reason) => {
    const { answer } = await run({ create: returns(done({ physicalResourceId: 'made', data } as object)) });
    expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: 'made', reason: expect.stringContaining(reason) });
  });

  test('may have dots in names, numbers, true and false, lists, line breaks', async () => {
    const data = { 'roles.reader': 'arn:1', 'Count': 3, 'Ready': false, 'Zones': ['a', 'b'], 'Text': 'one\n\ttwo\r' };
    expect((await run({ create: async () => done({ data }) })).answer).toMatchObject({ status: 'SUCCESS', data });
  });

  test('of a delete is dropped, whatever is in it: nothing may keep a resource from being deleted', async () => {
    expect((await run({ delete: returns(done({ data: { a: null } } as object)) }, DELETE)).answer).toEqual({
      status: 'SUCCESS',
      physicalResourceId: 'own-1',
      noEcho: undefined,
    });
  });
});

describe('an update without attributes', () => {
  async function warnings(handlers: Partial<Handlers>, event: Event): Promise<string[]> {
    const lines: string[] = [];
    await run(handlers, event, { log: (line) => lines.push(line) });
    return lines
      .map((line) => JSON.parse(line) as { level: string; message: string })
      .flatMap(({ level, message }) => (level === 'WARN' ? [message] : []));
  }

  test.each<[string, Partial<Handlers>]>([
    ['done', { update: nothing }],
    ['done by poll', { update: async () => wait({}), poll: nothing }],
  ])('is a warning in the log: %s', async (_, handlers) => {
    expect(await warnings(handlers, UPDATE)).toEqual([
      expect.stringMatching(/^this update has no attributes: .* return all of them with each update, or data: \{\}/),
    ]);
  });

  test.each<[string, Partial<Handlers>, Event]>([
    ['an update with attributes', { update: async () => done({ data: { Arn: 'a' } }) }, UPDATE],
    ['an update that says that there are none', { update: async () => done({ data: {} }) }, UPDATE],
    ['an update that fails', { update: throws('no') }, UPDATE],
    ['an update whose answer can not be given', { update: async () => done({ physicalResourceId: '' }) }, UPDATE],
    ['a create', {}, CREATE],
    ['a delete', {}, DELETE],
  ])('is the only one that is warned of: %s', async (_, handlers, event) => {
    expect(await warnings(handlers, event)).toEqual([]);
  });

  test('that says so has no data in its answer', async () => {
    expect((await run({ update: async () => done({ data: {} }) }, UPDATE)).answer).toEqual({ status: 'SUCCESS', physicalResourceId: 'own-1' });
  });
});
