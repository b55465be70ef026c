import { messagesVectors } from '../../../../../../lambda/contract/maintenance-window/replay.json';
import { collections, vectors as samples } from '../../../../../../lambda/contract/maintenance-window/samples.vectors.json';
import { hopVectors, vectors } from '../../../../../../lambda/contract/maintenance-window/sources.vectors.json';
import { detect, isHop, parse, receivedMessages, sourceIds, sourceNamed } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/sources';

interface Vector {
  readonly name: string;
  readonly event?: unknown;
  readonly body?: string;
  readonly source: string;
  readonly ids?: readonly string[];
}

test.each((vectors as readonly Vector[]).map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
  const event = parse(vector.body ?? JSON.stringify(vector.event));
  const source = detect(event);
  expect(source.name).toBe(vector.source);
  if (vector.ids) {
    expect(sourceIds(source, event)).toEqual(vector.ids);
  }
});

interface Sample extends Omit<Vector, 'name'> {
  readonly why?: string;
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

const SAMPLES = (samples as readonly Sample[]).map((vector) => {
  const [collection, [path]] = Object.entries(vector.samples)[0];
  return [`${collection}: ${path}`, vector] as const;
});

test.each(SAMPLES)("a public collection's sample and its likes: %s", (_, { event, body, source, why }) => {
  expect(detect(parse(body ?? JSON.stringify(event))).name).toBe(source);
  expect(why !== undefined).toBe(source === 'direct');
});

test('every sample is listed once, below a collection that is named', () => {
  const listed = SAMPLES.flatMap(([, vector]) => Object.entries(vector.samples).flatMap(([name, paths]) => paths.map((path) => `${name}/${path}`)));
  expect(new Set(listed).size).toBe(listed.length);
  expect([...new Set(SAMPLES.flatMap(([, vector]) => Object.keys(vector.samples)))].sort()).toEqual(Object.keys(collections).sort());
});

test.each(messagesVectors.map(({ source, event, messages }) => [source, event, messages] as const))(
  'messages that were received: %s %j',
  (source, event, messages) => {
    expect(receivedMessages(sourceNamed(source), event)).toEqual(messages ?? undefined);
  },
);

test.each(hopVectors)('an operation that is under way: $name', ({ body, hop }) => {
  expect(isHop(parse(body))).toBe(hop);
});
