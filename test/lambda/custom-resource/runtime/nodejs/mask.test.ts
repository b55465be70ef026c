/** What must not be seen, in the forms that libraries print. */
import { secretForms } from '../../../../../lambda/contract/custom-resource/custom-resource.json';
import { maskVectors } from '../../../../../lambda/contract/custom-resource/custom-resource.vectors.json';
import { hideUrl, Mask } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/mask';

function maskOf(...secrets: string[]): Mask {
  const mask = new Mask();
  secrets.forEach((secret) => mask.addSecret(secret));
  return mask;
}

test.each(maskVectors)('a secret is masked: $name', ({ secrets, text, masked }) => {
  expect(maskOf(...secrets).text(text)).toBe(masked);
});

test.each(maskVectors)('a secret is found in a value where it would be masked: $name', ({ secrets, text, masked }) => {
  // A short one in a value counts only as the whole of it
  const isShort = secrets.every(({ length }) => length < secretForms.shortestWithin);
  expect(maskOf(...secrets).find({ a: [text] }, 'state')).toBe(text === masked || isShort ? undefined : 'state.a[0]');
});

test.each(['s3cret', Buffer.from('s3cret').toString('base64')])('a short secret is found in a value that is nothing else: %s', (text) => {
  expect(maskOf('s3cret').find({ a: text }, 'state')).toBe('state.a');
});

test('every alignment of base64 is found, whatever is beside it, and neither end shows a part of it', () => {
  const secret = 'ûÿþ?>~ûÿþ-1234'; // digits of both alphabets at each alignment
  const mask = maskOf(secret);
  for (const before of ['', 'a', 'ab', 'abc', 'äbcd', '\u00ff\u00ff']) {
    for (const after of ['', ':', '::', ':::', '\u00ff']) {
      for (const alphabet of ['base64', 'base64url'] as const) {
        const [head, tail] = mask.text(Buffer.from(before + secret + after).toString(alphabet)).split('****');
        expect(head.length).toBeLessThanOrEqual((Buffer.byteLength(before) * 8) / 6);
        expect(tail.replaceAll('=', '').length).toBeLessThanOrEqual(Math.ceil((Buffer.byteLength(after) * 8) / 6));
      }
    }
  }
});

test.each([
  ['URL user info', (secret: string) => Object.assign(new URL('https://host'), { password: secret }).password],
  ['URL query', (secret: string) => Object.assign(new URL('https://host'), { search: secret }).search.slice(1)],
  ['URLSearchParams', (secret: string) => new URLSearchParams({ p: secret }).toString().slice(2)],
  ['encodeURIComponent', encodeURIComponent],
  ['encodeURI', encodeURI],
])('every character is masked as this Node.js prints it: %s', (_, print) => {
  const ascii = Array.from({ length: 0x7f - 0x20 }, (__, index) => String.fromCharCode(0x20 + index));
  // A number sign before a query would begin a fragment
  const secret = [...ascii, 'ü', '✓', '😀'].join('');
  expect(maskOf(secret).text(`x ${print(secret)} y`)).toBe('x **** y');
});

test('what escape sequences part is masked once they are gone', () => {
  expect(maskOf('pass\u001b[1mword-1').text('password-1')).toBe('****');
});

test('a secret of escape sequences hides no other text', () => {
  const mask = new Mask();
  ['\u001b[31m\u001b[0m', '\u001b[31mab'].forEach((secret) => mask.addSecret(secret));
  expect(mask.text('absent')).toBe('absent');
  expect(mask.find({ name: '' }, 'data')).toBeUndefined();
});

test('members of a secret are found in every form of their own, and nowhere within others', () => {
  const mask = new Mask();
  mask.addResolved(JSON.stringify({ password: 'correct horse', engine: 'postgres' }));
  expect(mask.find({ p: 'correct+horse' }, 'data')).toBe('data.p');
  expect(mask.find({ p: Buffer.from('correct horse').toString('base64') }, 'data')).toBe('data.p');
  expect(mask.find({ p: 'aurora-postgresql' }, 'data')).toBeUndefined();
});

test('members with public keys are not secret, at any depth, alone or in the whole', () => {
  const mask = new Mask(['username', 'port']);
  mask.addResolved(JSON.stringify({ username: 'app_user', password: 'correct-horse', replica: { username: 'app_reader' }, port: 54321234 }));
  mask.addResolved('other_user', 'username');
  for (const shown of ['app_user', 'app_reader', 'other_user', 54321234]) {
    expect(mask.find({ id: shown }, 'data')).toBeUndefined();
    expect(mask.text(`role ${shown}`)).toBe(`role ${shown}`);
  }
  expect(mask.find({ id: 'correct-horse' }, 'data')).toBe('data.id');
  mask.addResolved('app_user', 'password');
  expect(mask.find({ id: 'app_user' }, 'data')).toBe('data.id');
});

test('what is learnt later is masked from then on', () => {
  const mask = maskOf('first-secret');
  expect(mask.text('first-secret later-secret')).toBe('**** later-secret');
  mask.addSecret('later-secret');
  expect(mask.text('first-secret later-secret')).toBe('**** ****');
});

test('a ResponseURL is masked in forms too', () => {
  const mask = new Mask();
  const url = 'https://bucket.s3.amazonaws.com/x?X-Amz-Signature=5e17ed5e17ed';
  hideUrl(mask, url);
  expect(mask.text(`redirect=${encodeURIComponent(url)}`)).toBe('redirect=****');
  expect(mask.find(url, 'data')).toBeUndefined();
});
