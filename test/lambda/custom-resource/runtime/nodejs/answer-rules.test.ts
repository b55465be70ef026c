/** The rules of lambda/cloudformation, through the runtime's own door. */
import { reasonVectors, responseBytes, urlVectors } from '../../../../../lambda/contract/cloudformation/answer.json';
import { World } from '../../world';
import { request } from './requests';

let world: World;

beforeEach(() => {
  world = new World();
});

test.each(urlVectors)('the runtime answers by the rule of URLs: $url with $environment', async ({ url, environment, allowed }) => {
  world.environment = environment as Record<string, string>;
  await world.run({ create: () => Promise.resolve({}) } as never, request('Create', { ResponseURL: url }));
  expect(world.puts).toHaveLength(allowed ? 1 : 0);
});

test.each(reasonVectors)('the runtime cuts a reason by the rule: $name', async ({ unit, count }) => {
  await world.run({ create: () => Promise.reject(new Error(`begin ${unit.repeat(count)} end`)) }, request('Create'));
  expect(Buffer.byteLength(JSON.stringify(world.answer))).toBeLessThanOrEqual(responseBytes.most);
  expect(world.answer.Reason).toContain(' ... ');
});
