/** The forms in which libraries print a secret. Pure; lambda/contract has them as data, with vectors. */
import { printable } from '../../../../cloudformation/printable';
import { secretForms } from '../../../../contract/custom-resource/custom-resource.json';

/** A string is looked for anywhere, by its characters. */
export type Form = string | RegExp;

/** A character of either alphabet of base64: at an end of a secret it holds bits of what is beside it, too. */
const EDGE = '[A-Za-z0-9+/_-]?';
const ALIGNMENTS = [0, 1, 2];
const BITS_OF_A_BYTE = 8;
const BITS_OF_A_DIGIT = 6;

/** Whether a secret counts inside other words: 'admin' or '5432' there gives no secret away. */
export function countsWithin(secret: string): boolean {
  return secret.length >= secretForms.shortestWithin;
}

/** The texts that are this secret and nothing else. */
export function formsOf(secret: string): readonly string[] {
  // A lone half of a surrogate pair can't be encoded
  const bytes = Buffer.from(secret);
  // What is left of a secret without its escape sequences may be too short to look for, or nothing
  const texts = [secret, printable(secret)].filter(({ length }) => length >= secretForms.shortest);
  const written = texts.flatMap((text) => [text, json(text), json(json(text))]);
  const encoded = secretForms.percent.flatMap(({ kept, space }) => CASES.map((inCase) => percentEncoded(bytes.toString(), kept, inCase, space)));
  return [...new Set([...written, ...encoded, bytes.toString('base64'), bytes.toString('base64url')])];
}

/** What finds the secret in a text, to be replaced. */
export function patternsOf(secret: string): readonly Form[] {
  return countsWithin(secret) ? [...formsOf(secret), ...withinBase64(secret)] : formsOf(secret).map(standingAlone);
}

function standingAlone(text: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${literal(text)}(?![A-Za-z0-9])`, 'g');
}

/** Base64 of anything that the secret is a part of. */
function withinBase64(secret: string): readonly RegExp[] {
  const bytes = Buffer.from(secret);
  return ALIGNMENTS.map((before) => {
    const digits = (end: number) => (end * BITS_OF_A_BYTE) / BITS_OF_A_DIGIT;
    const [from, to] = [digits(before), digits(before + bytes.length)];
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil(from), Math.floor(to));
    const eitherAlphabet = whole.replaceAll('+', '[+-]').replaceAll('/', '[/_]');
    return new RegExp(`${Number.isInteger(from) ? '' : EDGE}${eitherAlphabet}${Number.isInteger(to) ? '' : EDGE}`, 'g');
  });
}

/** Of hexadecimal digits. */
const CASES = [(digits: string) => digits.toUpperCase(), (digits: string) => digits];

function percentEncoded(text: string, kept: string, inCase: (digits: string) => string, space = '%20'): string {
  return text.replace(/[^A-Za-z0-9]/gu, (character) => {
    if (kept.includes(character)) {
      return character;
    }
    return character === ' ' ? space : [...Buffer.from(character)].map((byte) => `%${inCase(byte.toString(16).padStart(2, '0'))}`).join('');
  });
}

function json(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
