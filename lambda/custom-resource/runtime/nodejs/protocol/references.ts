/** References to Secrets Manager as CloudFormation writes them. A custom resource gets them literally. Pure. */

/** `{{resolve:secretsmanager:secret-id:SecretString:json-key:version-stage:version-id}}`; empty parts at the end may be left out. */
export interface SecretReference {
  /** A name, or an ARN. */
  readonly secretId: string;
  /** Key of the JSON object that the secret holds; absent for the whole secret. */
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/** A reference that has none of the legal forms. */
export class BadReference extends Error {
  constructor(message: string) {
    super(message);
    // Shown as it is: the name of a class tells its reader nothing
    this.name = '';
  }
}

const REFERENCE = /\{\{resolve:secretsmanager:([^{}]*)\}\}/g;
const ARN_PARTS = 7;
const PARTS = ['SecretString', 'json-key', 'version-stage', 'version-id'];

/** What of a string looks like a reference that nobody resolves: cut off, nested, or of a kind that custom resources can't have. */
const LEFT_OVER = /\{\{resolve:(secretsmanager|ssm-secure):/;

/** @throws BadReference */
export function parseReference(inner: string): SecretReference {
  const parts = inner.split(':');
  const taken = parts[0] === 'arn' ? ARN_PARTS : 1;
  const secretId = parts.slice(0, taken).join(':');
  const [what = '', jsonKey = '', versionStage = '', versionId = '', ...more] = parts.slice(taken);
  if (secretId === '' || secretId.split(':').length < taken || (taken > 1 && parts[taken - 1] === '')) {
    throw new BadReference('it names no secret');
  }
  if (more.length > 0) {
    throw new BadReference(`after the secret's name or ARN come at most ${PARTS.join(':')}`);
  }
  if (what !== '' && what !== 'SecretString') {
    throw new BadReference(`'${what}' must be SecretString`);
  }
  if (versionStage !== '' && versionId !== '') {
    throw new BadReference('it names a version stage and a version id, of which only one is allowed');
  }
  return {
    secretId,
    ...(jsonKey === '' ? {} : { jsonKey }),
    ...(versionStage === '' ? {} : { versionStage }),
    ...(versionId === '' ? {} : { versionId }),
  };
}

export type Lookup = (reference: SecretReference) => Promise<string>;

/**
 * The string with every reference in it resolved. What a secret holds is never looked at again for references.
 *
 * @throws BadReference, and whatever the look-up throws
 */
export async function resolveText(text: string, lookup: Lookup): Promise<string> {
  let resolved = '';
  let from = 0;
  for (const match of text.matchAll(REFERENCE)) {
    resolved += literal(text.slice(from, match.index)) + (await lookup(parseReference(match[1])));
    from = match.index + match[0].length;
  }
  return resolved + literal(text.slice(from));
}

function literal(text: string): string {
  const found = LEFT_OVER.exec(text);
  if (found) {
    throw new BadReference(found[1] === 'ssm-secure' ? "custom resources can't have references to ssm-secure" : 'the reference is not well-formed');
  }
  return text;
}

/** Whether a string holds something to resolve or to refuse. */
export function holdsReference(text: string): boolean {
  return LEFT_OVER.test(text);
}
