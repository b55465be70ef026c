/** What the twins are asked about responses that are streamed. */
import fc from 'fast-check';

export interface StreamQuestion {
  readonly kind: 'stream';
  readonly source: string;
  readonly arn: string;
  readonly streaming: Readonly<Record<string, readonly string[]>>;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const qualifier = fc.constantFrom('$LATEST', '$VERSION', 'live', '7', '٣', '');
const arn = qualifier.map((name) => `arn:aws:lambda:us-east-1:111122223333:function:f${name && ':'}${name}`);

/** What the variable says. */
export const streaming = fc.dictionary(fc.constantFrom('function-url', 'api-gateway-rest'), fc.array(qualifier, { maxLength: 2 }));

export const streamQuestion: fc.Arbitrary<StreamQuestion> = fc.record({
  kind: fc.constant('stream' as const),
  source: fc.constantFrom('function-url', 'api-gateway-rest', 'api-gateway-http'),
  arn: fc.oneof(arn, text),
  streaming,
  status: fc.integer({ min: 400, max: 599 }),
  headers: fc.dictionary(fc.constantFrom('Set-Cookie', 'set-cookie', 'Content-Type', 'x-1'), text),
  body: text,
});
