import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sources } from '../../../lambda/contract/maintenance-window/sources.json';
import { type Deferral, DeferralAction } from '../../../src';
import { actionFor, deferralBySource } from '../../../src/maintenance-window/parts/deferral-actions';
import { guarded, newStack, resourceOf } from './app';

const ACTIONS = Object.values(DeferralAction);
const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const DECLARATION = readFileSync(join(__dirname, '../../../src/maintenance-window/deferral.ts'), 'utf8');

test.each(sources)('$name may be what the contract allows, and the declaration says so', ({ name, action, allowed }) => {
  const property = camelCase(name);
  for (const one of ACTIONS) {
    const attempt = () => deferralBySource(newStack(), { [property]: one });
    if (allowed.includes(one)) {
      expect(attempt()).toEqual({ [name]: one });
    } else {
      expect(attempt).toThrow(`deferral.${property} can't be ${one}; it may be ${allowed.join(' or ')}`);
    }
  }
  const comment = new RegExp(`([^/]*)\\n   \\*/\\n  readonly ${property}\\?: DeferralAction;`).exec(DECLARATION)?.[1];
  expect(comment).toContain(`@default DeferralAction.${action}`);
  expect(comment?.match(/(\b[A-Z]{3,6}\b(, | or )?)+\.\n/)?.[0].match(/[A-Z]+/g)).toEqual(allowed);
});

test('the declaration has one property for each source and no other', () => {
  expect([...DECLARATION.matchAll(/readonly (\w+)\?/g)].map(([, property]) => property)).toEqual(sources.map(({ name }) => camelCase(name)));
});

test('a source that does not exist is refused with those that do', () => {
  expect(() => guarded(newStack(), 'Fn', { deferral: { sqss: DeferralAction.RUN } as Deferral })).toThrow(
    /deferral\.sqss \(RUN\) is not an event source; use one of cloudformation, cloudformationMacro, .*, direct$/,
  );
});

test('an action that a source does not allow is refused at synth', () => {
  expect(() => guarded(newStack(), 'Fn', { deferral: { firehose: DeferralAction.DEFER } })).toThrow(
    "deferral.firehose can't be DEFER; it may be REJECT or RUN",
  );
});

test('the template does not depend on the order in which the members are written', () => {
  const [first, second] = [
    { functionUrl: DeferralAction.DEFER, direct: DeferralAction.REJECT, cloudformation: DeferralAction.RUN },
    { direct: DeferralAction.REJECT, cloudformation: DeferralAction.RUN, functionUrl: DeferralAction.DEFER },
  ].map((deferral) => resourceOf(guarded(newStack(), 'Fn', { deferral })).Properties.Environment.Variables.PATIENT_LAMBDA_DEFERRAL as string);
  expect(first).toBe('{"cloudformation":"RUN","function-url":"DEFER","direct":"REJECT"}');
  expect(second).toBe(first);
});

test("what is not overridden is the source's own", () => {
  expect([actionFor('sqs'), actionFor('sqs', { s3: DeferralAction.RUN }), actionFor('sqs', { sqs: DeferralAction.LEAVE })]).toEqual([
    'DEFER',
    'DEFER',
    'LEAVE',
  ]);
});
