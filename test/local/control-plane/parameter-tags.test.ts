/** Tags of Parameter Store's parameters: what takes them, what refuses them, and how long they live. */
import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';

import { Harness } from './harness';

let bed: Harness;
let ssm: SSMClient;

beforeAll(async () => {
  bed = await Harness.open();
  ssm = new SSMClient(bed.clientConfig);
}, 300_000);
afterAll(() => bed?.close());

const put = (Name: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String', ...more }));
const add = (ResourceId: string, tags: Record<string, string>) =>
  ssm.send(new AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId, Tags: asList(tags) }));
const remove = (ResourceId: string, ...TagKeys: string[]) =>
  ssm.send(new RemoveTagsFromResourceCommand({ ResourceType: 'Parameter', ResourceId, TagKeys }));
const asList = (tags: Record<string, string>) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

async function tagsOf(ResourceId: string): Promise<Record<string, string>> {
  const { TagList } = await ssm.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId }));
  return Object.fromEntries(TagList!.map(({ Key, Value }) => [Key!, Value!]));
}

it('a parameter is made with its tags, and has those that are added and not those that are removed', async () => {
  await put('/tags/life', { Tags: asList({ 'team:owner': 'ann', 'stage': 'prod' }) });
  expect(await tagsOf('/tags/life')).toEqual({ 'team:owner': 'ann', 'stage': 'prod' });
  await add('/tags/life', { 'team:owner': 'ann bob', 'cost': '' });
  await remove('/tags/life', 'stage', 'unknown');
  expect(await tagsOf('/tags/life')).toEqual({ 'team:owner': 'ann bob', 'cost': '' });
});

it('its next value leaves its tags alone', async () => {
  await put('/tags/next', { Tags: asList({ a: '1' }) });
  await put('/tags/next', { Value: 'w', Overwrite: true });
  expect(await tagsOf('/tags/next')).toEqual({ a: '1' });
});

it('tags are refused together with an overwrite, and leave value and tags as they were', async () => {
  await put('/tags/kept', { Tags: asList({ a: '1' }) });
  await expect(put('/tags/kept', { Value: 'w', Overwrite: true, Tags: asList({ a: '2' }) })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("tags and overwrite can't be used together"),
  });
  await expect(put('/tags/kept', { Value: 'w', Tags: asList({ a: '2' }) })).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect((await ssm.send(new GetParameterCommand({ Name: '/tags/kept' }))).Parameter).toMatchObject({ Value: 'v', Version: 1 });
  expect(await tagsOf('/tags/kept')).toEqual({ a: '1' });
});

it.each([
  ['DeleteParameter', (name: string) => ssm.send(new DeleteParameterCommand({ Name: name }))],
  ['DeleteParameters', (name: string) => ssm.send(new DeleteParametersCommand({ Names: [name] }))],
])('go with the parameter on %s', async (how, deleteIt) => {
  const name = `/tags/gone/${how}`;
  await put(name, { Tags: asList({ a: '1' }) });
  await deleteIt(name);
  await expect(tagsOf(name)).rejects.toMatchObject({ name: 'InvalidResourceId' });
  await put(name);
  expect(await tagsOf(name)).toEqual({});
});

it('a parameter that is not there takes, loses and lists no tags', async () => {
  for (const refused of [add('/tags/none', { a: '1' }), remove('/tags/none', 'a'), tagsOf('/tags/none')]) {
    await expect(refused).rejects.toMatchObject({ name: 'InvalidResourceId', $metadata: { httpStatusCode: 400 } });
  }
  await put('/tags/none');
  expect(await tagsOf('/tags/none')).toEqual({});
});

it.each([
  ['a value with *', { a: '*' }],
  ['a value with a comma', { a: '1,2' }],
  ['a value of 257 characters', { a: 'x'.repeat(257) }],
  ['a key with #', { 'a#': '1' }],
  ['a key of 129 characters', { ['k'.repeat(129)]: '1' }],
  ['an empty key', { '': '1' }],
])('%s is refused', async (what, tags) => {
  const name = `/tags/refused/${what.replace(/\W/g, '-')}`;
  await expect(put(name, { Tags: asList(tags) })).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(ssm.send(new GetParameterCommand({ Name: name }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await put(name);
  await expect(add(name, tags)).rejects.toMatchObject({ name: 'ValidationException' });
  expect(await tagsOf(name)).toEqual({});
});

it('letters of any script, digits, spaces, the seven symbols and 256 characters are taken', async () => {
  const tags = { 'ключ 1': 'größe _.:/=+-@', 'long': 'x'.repeat(256) };
  await put('/tags/taken', { Tags: asList(tags) });
  expect(await tagsOf('/tags/taken')).toEqual(tags);
});

it('fifty tags are taken and not one more', async () => {
  await put('/tags/many', { Tags: asList(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))) });
  await add('/tags/many', { k0: 'w' });
  await expect(add('/tags/many', { k50: 'v' })).rejects.toMatchObject({ name: 'TooManyTagsError' });
  expect(Object.keys(await tagsOf('/tags/many'))).toHaveLength(50);
});
