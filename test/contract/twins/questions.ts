/** Random questions that both gates are asked. What is drawn is near to what is legal: the interesting values are those that are almost right. */
import fc from 'fast-check';

import { vectors as samples } from '../../../lambda/contract/maintenance-window/samples.vectors.json';
import { sources } from '../../../lambda/contract/maintenance-window/sources.json';
import { vectors } from '../../../lambda/contract/maintenance-window/sources.vectors.json';
import { environment as names } from '../../../lambda/contract/names.json';
import { streaming, type StreamQuestion, streamQuestion } from './streams';
import { moment, operator, planned, times, type WindowQuestion } from './windows';

interface Rejection {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A question is JSON, so that it can be put to another process. */
export type Question =
  | WindowQuestion
  | {
      readonly kind: 'event';
      readonly body: string;
      readonly now: number;
      readonly until: number | null;
      readonly reason: string | null;
      readonly alwaysRun: readonly string[];
      readonly rejection: Rejection | null;
    }
  | { readonly kind: 'result'; readonly source: string; readonly body: string; readonly result: string; readonly only: readonly string[] }
  | { readonly kind: 'mark'; readonly context: string }
  | { readonly kind: 'row'; readonly row: unknown }
  | { readonly kind: 'keys'; readonly requestId: string; readonly attempt: number; readonly random: number; readonly finishedAt: number }
  | { readonly kind: 'body'; readonly base64: string }
  | { readonly kind: 'cloudformation'; readonly request: Readonly<Record<string, unknown>>; readonly reason: string; readonly endpoint: string }
  | StreamQuestion
  | { readonly kind: 'settings'; readonly environment: Readonly<Record<string, string>> };

/** Well-formed Unicode: what is not cannot be sent. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const json = fc.json({ maxDepth: 3, stringUnit: 'grapheme' });
const jsonValue = json.map((value) => JSON.parse(value) as unknown);

/** A text with, now and then, something put in, taken out or doubled. */
function nearly(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(' ', ';', ',', '#', '/', '\t', '\n', '\u00a0', '\u0660', 'Z', '0', 'auto', ''), text);
  const cut = fc
    .tuple(whole, fc.nat(80), fc.nat(3), piece)
    .map(([value, at, length, put]) => `${value.slice(0, at)}${put}${value.slice(at + length)}`);
  return fc.oneof({ arbitrary: whole, weight: 3 }, { arbitrary: cut.filter((value) => /^\P{Surrogate}*$/u.test(value)), weight: 2 });
}

const shapes = [...vectors, ...samples];
const known = fc.constantFrom(...shapes).map((vector) => ('body' in vector ? vector.body! : JSON.stringify(vector.event)));

/** An event of the contract's vectors with one of its values replaced, removed, or put in a list. */
const changed = fc
  .tuple(fc.constantFrom(...shapes.filter(({ event }) => event !== undefined)), fc.nat(), fc.oneof(jsonValue, fc.constant(undefined)))
  .map(([{ event }, where, put]) => {
    const copy = { event: structuredClone(event) as unknown };
    const places: [Record<string, unknown>, string][] = [];
    const visit = (value: unknown) => {
      if (typeof value === 'object' && value !== null) {
        Object.keys(value).forEach((key) => {
          places.push([value as Record<string, unknown>, key]);
          visit((value as Record<string, unknown>)[key]);
        });
      }
    };
    visit(copy);
    const [holder, key] = places[where % places.length];
    holder[key] = put;
    return JSON.stringify(copy.event) ?? 'null';
  });
const body = fc.oneof(known, { arbitrary: changed, weight: 4 }, json, text);

const sourceName = fc.oneof(fc.constantFrom(...sources.map(({ name }) => name)), fc.constantFrom('sqs', 'kinesis', 'dynamodb-stream', 'pipe', 'alb'));
const itemId = fc.constantFrom('a', 'b', 'c', '1', '');
const items = fc
  .array(fc.tuple(itemId, fc.constantFrom('messageId', 'eventID')), { maxLength: 4 })
  .map((ids) => ids.map(([id, name]) => ({ [name]: id, kinesis: { sequenceNumber: id }, dynamodb: { SequenceNumber: id } })));
/** As a mapping or a pipe has it. */
const batch = fc.oneof(
  items.map((Records) => ({ Records })),
  items,
);
const failures = fc.oneof(
  fc.array(
    fc.oneof(
      itemId.map((id) => ({ itemIdentifier: id })),
      jsonValue,
    ),
    { maxLength: 4 },
  ),
  jsonValue,
);
const status = fc.oneof(
  fc.integer({ min: 100, max: 600 }),
  fc.constantFrom<unknown>('500', '0x1F4', [502], '5_00', ' 500', '5e2', 500.5, true, null, '٥٠٠', '', '+500', 1e308),
  jsonValue,
);
const result = fc.oneof(
  fc.record({ batchItemFailures: failures }).map((value) => JSON.stringify(value)),
  fc.record({ statusCode: status }).map((value) => JSON.stringify(value)),
  json,
  text,
);

const REPLAY_MARK = { originalRequestId: 'r', attempt: 1 };
const context = fc.oneof(
  fc
    .record(
      { custom: fc.record({ maintenanceReplay: fc.constant(REPLAY_MARK), own: jsonValue }, { requiredKeys: [] }), client: jsonValue },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.record({ custom: jsonValue }).map((value) => JSON.stringify(value)),
  json,
  text,
);

/** Of a row: whole numbers, hundredths and bytes beside JSON's own. */
const rowValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.maxSafeInteger(),
    fc.integer({ min: -1e6, max: 1e6 }).map((hundredths) => hundredths / 100),
    fc.boolean(),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => ({ $bytes: Buffer.from(bytes).toString('base64') })),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ minLength: 1, maxLength: 4 }).filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

const CREATE_FAILED = 'CdkPatientLambda::CreateFailed';
const serviceToken = nearly(
  fc.constantFrom(
    'arn:aws:lambda:us-east-1:111122223333:function:f',
    'arn:aws:lambda:us-east-1:111122223333:function:f:live',
    'arn:aws:lambda:us-east-1:111122223333:function:framework',
    'arn:aws:sns:us-east-1:111122223333:topic',
  ),
);
const request = fc.record(
  {
    RequestType: fc.constantFrom('Create', 'Update', 'Delete'),
    ResponseURL: nearly(
      fc.constantFrom(
        'https://bucket.s3.amazonaws.com/x?y=z',
        'http://127.0.0.1:4566/x',
        'http://127.9.9.9:4566/x',
        'http://localhost:4566/x',
        'http://[::1]:4566/x',
        'http://10.0.0.1/x',
        'ftp://127.0.0.1:4566/x',
        'https://',
      ),
    ).filter((url) => /^[\x21-\x7e]*$/.test(url)),
    ResourceProperties: fc.oneof(fc.record({ ServiceToken: fc.oneof(serviceToken, jsonValue) }), jsonValue),
    StackId: text,
    RequestId: text,
    LogicalResourceId: text,
    PhysicalResourceId: fc.oneof(text, fc.constant(CREATE_FAILED), jsonValue),
    ServiceToken: serviceToken,
    CrHelperPoll: jsonValue,
    requestId: jsonValue,
  },
  { requiredKeys: ['RequestType', 'ResponseURL', 'StackId'] },
);
const endpoint = fc.constantFrom(
  '',
  'http://127.0.0.1:4566',
  'http://127.9.9.9:4566',
  'https://127.0.0.1:4566',
  'http://localhost:4566',
  'http://[::1]:4566',
  'http://127.0.0.1',
);
const longReason = fc.tuple(text, fc.nat(6000)).map(([piece, length]) => (piece === '' ? '' : piece.repeat(Math.ceil(length / piece.length))));

const pattern = fc
  .tuple(fc.constantFrom('*', 'GET', 'POST'), fc.constantFrom('/', '/*', '/r', '/r*', '/x'))
  .map(([method, path]) => `${method} ${path}`);
const contentType = fc.constantFrom(
  'application/json',
  'Text/HTML; charset=utf-8',
  'text/plain',
  'application/problem+json',
  'application/xhtml+xml',
  '',
);
const rejection = fc.record(
  {
    statusCode: fc.integer({ min: 400, max: 599 }),
    headers: fc
      .tuple(
        fc.constantFrom('content-type', 'Content-Type', 'X-A'),
        contentType,
        fc.constantFrom('retry-after', 'CACHE-CONTROL', 'b'),
        fc.constantFrom('', '1'),
      )
      .map(([name, value, other, more]) => ({ [name]: value, [other]: more })),
    body: fc.array(fc.oneof(fc.constantFrom('{until}', '{reason}', '{', '}', '$&', '\\1'), text), { maxLength: 4 }).map((pieces) => pieces.join('')),
  },
  { requiredKeys: [] },
);
/** What the variables of HTTP sources may have, and what is almost that. */
const httpOption = nearly(
  fc.oneof(
    rejection.map((value) => JSON.stringify(value)),
    fc.array(pattern, { maxLength: 3 }).map((value) => JSON.stringify(value)),
    fc.record({ statusCode: status }).map((value) => JSON.stringify(value)),
    fc.record({ headers: fc.dictionary(text, text, { maxKeys: 2 }) }).map((value) => JSON.stringify(value)),
    fc.array(text, { maxLength: 2 }).map((value) => JSON.stringify(value)),
  ),
);

const REQUIRED = { [names.operatorParameter]: '/w/operator', [names.table]: 't', [names.functionKey]: 'f' };
const variable = fc.tuple(
  fc.constantFrom(...Object.values(names)),
  fc.oneof(
    fc.constantFrom('0', '1', '30', '39600', '39601', '604800', '-1', '1.5', '01', '٣', ' 5', 'RUN', 'DEFER', 'FAIL', 'AT_ONCE', 'AFTER_CHECK', ''),
    fc.tuple(sourceName, fc.constantFrom('DEFER', 'REJECT', 'LEAVE', 'RUN', 'NONE')).map(([name, action]) => JSON.stringify({ [name]: action })),
    text,
  ),
);
const settings = fc
  .array(
    fc.oneof(
      variable,
      fc.tuple(fc.constantFrom(names.rejection, names.alwaysRun), httpOption),
      fc.tuple(fc.constant(names.streaming), nearly(streaming.map((value) => JSON.stringify(value)))),
    ),
    { maxLength: 4 },
  )
  .map((variables) => ({ ...REQUIRED, ...Object.fromEntries(variables) }));

/** What is asked, and how many times as often as the rarest. */
const KINDS: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Question>])[] = [
  [6, fc.record({ kind: fc.constant('window' as const), operator: nearly(operator), planned: nearly(planned), times })],
  [
    6,
    fc.record({
      kind: fc.constant('event' as const),
      body,
      now: moment,
      until: fc.option(moment, { nil: null }),
      reason: fc.option(text, { nil: null }),
      alwaysRun: fc.array(pattern, { maxLength: 2 }),
      rejection: fc.option(rejection, { nil: null }),
    }),
  ],
  [
    6,
    fc.record({
      kind: fc.constant('result' as const),
      source: sourceName,
      body: fc.oneof(
        batch.map((event) => JSON.stringify(event)),
        body,
      ),
      result,
      only: fc.array(itemId, { maxLength: 3 }),
    }),
  ],
  [2, fc.record({ kind: fc.constant('mark' as const), context })],
  [3, fc.record({ kind: fc.constant('row' as const), row: fc.dictionary(fc.constantFrom('state', 'attempt', 'envelope', 'only'), rowValue) })],
  [
    1,
    fc.record({
      kind: fc.constant('keys' as const),
      requestId: text,
      attempt: fc.nat(12),
      random: fc.double({ min: 0, max: 1, noNaN: true }),
      finishedAt: moment,
    }),
  ],
  [
    1,
    fc.record({
      kind: fc.constant('body' as const),
      base64: fc
        .oneof(
          fc.uint8Array({ maxLength: 40 }),
          fc.nat(40_000).map((length) => Buffer.alloc(length, 'ab')),
        )
        .map((bytes) => Buffer.from(bytes).toString('base64')),
    }),
  ],
  [2, fc.record({ kind: fc.constant('cloudformation' as const), request, reason: longReason, endpoint })],
  [1, streamQuestion],
  [2, fc.record({ kind: fc.constant('settings' as const), environment: settings })],
];

/** Questions of every kind, the same for the same seed. */
export function questions(count: number, seed: number): Question[] {
  const weights = KINDS.reduce((sum, [weight]) => sum + weight, 0);
  return KINDS.flatMap(([weight, arbitrary], kind) => fc.sample(arbitrary, { numRuns: Math.ceil((count * weight) / weights), seed: seed + kind }));
}
