import contract from '../../../../../../lambda/contract/maintenance-window/answers.json';
import { deferred, notStored, rejected, windowActive, windowUnknown } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/answers';
import { sourceNamed } from '../../../../../../lambda/maintenance-window/gate/nodejs/held/sources';
import type { Rejection } from '../../../../../../lambda/maintenance-window/gate/nodejs/quiet/http-options';

interface Vector {
  readonly name: string;
  readonly source: string;
  readonly action: string;
  readonly now: string;
  readonly requestId: string;
  readonly window: { readonly until: string | null; readonly reason: string | null };
  readonly event?: unknown;
  readonly rejection?: Rejection;
  readonly reply?: unknown;
  readonly stream?: { readonly metadata: unknown; readonly body: string };
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

test.each((contract.vectors as unknown as readonly Vector[]).map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
  const source = sourceNamed(vector.source);
  const until = vector.window.until === null ? null : Date.parse(vector.window.until);
  if (vector.error) {
    const error = windowActive(vector.action as 'REJECT' | 'LEAVE', until, vector.window.reason);
    expect({ errorType: error.name, errorMessage: error.message }).toEqual(vector.error);
    return;
  }
  const streams = vector.stream !== undefined;
  const reply =
    vector.action === 'DEFER'
      ? deferred(source, vector.event, JSON.stringify(vector.event), vector.requestId, until, streams)
      : rejected(source, vector.event, Date.parse(vector.now), until, vector.window.reason, vector.rejection, streams);
  if (vector.stream) {
    const [metadata, ...rest] = reply.split('\0');
    expect([JSON.parse(metadata), rest]).toEqual([vector.stream.metadata, [...Array<string>(7).fill(''), vector.stream.body]]);
    return;
  }
  expect(JSON.parse(reply)).toEqual(vector.reply);
});

test('an event that goes back is not written anew', () => {
  expect(deferred(sourceNamed('cognito-post-confirmation'), {}, '{"n": 1.10}', 'r', null)).toBe('{"n": 1.10}');
});

test('a cause stands in the message as it is', () => {
  expect(windowUnknown('$& $1').message).toContain('($& $1)');
  expect(notStored('$&').message).toContain('($&)');
});
