import { messagesVectors } from '../../../../../../lambda/contract/maintenance-window/replay.json';
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

test.each(messagesVectors.map(({ source, event, messages }) => [source, event, messages] as const))(
  'messages that were received: %s %j',
  (source, event, messages) => {
    expect(receivedMessages(sourceNamed(source), event)).toEqual(messages ?? undefined);
  },
);

test.each(hopVectors)('an operation that is under way: $name', ({ body, hop }) => {
  expect(isHop(parse(body))).toBe(hop);
});
