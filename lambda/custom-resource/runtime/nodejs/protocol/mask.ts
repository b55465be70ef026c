/** Knows what must not be seen: the secrets that were resolved, and the ResponseURL. */
import { leavesOf } from '../../../../json';

/** A shorter secret counts only where it stands alone: 'admin' or '5432' inside another word gives no secret away. */
const SHORTEST_INSIDE = 8;
/** What is shorter than this hides nothing, but would be found everywhere. */
const SHORTEST = 3;
const SHOWN = '****';

export class Mask {
  private readonly secrets = new Set<string>();
  private readonly members = new Set<string>();
  private readonly hidden = new Set<string>();
  private readonly seen = new Set<string>();

  /** Remembers a secret: masked in strings, found in values. */
  addSecret(secret: string): void {
    if (secret.length >= SHORTEST) {
      this.secrets.add(secret);
    }
  }

  /** Remembers a string that is only to be masked. */
  hide(text: string): void {
    if (text.length >= SHORTEST) {
      this.hidden.add(text);
    }
  }

  /** Remembers a text that everybody sees anyway: where a value holds nothing more, it gives nothing away. */
  reveal(text: string): void {
    this.seen.add(text);
  }

  /** The text without what must not be seen, in whatever encoding an error message may show it. */
  text(text: string): string {
    // A secret within a longer one would leave the rest of that in sight
    const known = [...this.secrets, ...this.members, ...this.hidden].flatMap(forms).sort((a, b) => b.length - a.length);
    return known.reduce((shown, secret) => shown.replace(pattern(secret), SHOWN), text);
  }

  /** Remembers a secret that may be JSON. Then its members count too, but where they stand alone: there are an engine and a port among them. */
  addDocument(secret: string): void {
    this.addSecret(secret);
    membersOf(secret)
      .filter(({ length }) => length >= SHORTEST)
      .forEach((member) => this.members.add(member));
  }

  /** The path of the first string within a value that gives a secret away; undefined without one. */
  find(value: unknown, path: string): string | undefined {
    for (const [leaf, where] of leavesOf(value, path)) {
      if (typeof leaf === 'number' ? this.isNumber(leaf) : this.givesAway(leaf)) {
        return this.text(where);
      }
    }
    return undefined;
  }

  private givesAway(text: string): boolean {
    return (
      !this.seen.has(text) &&
      (this.members.has(text) || [...this.secrets].some((secret) => (secret.length < SHORTEST_INSIDE ? text === secret : text.includes(secret))))
    );
  }

  /** A counter may come to a short number by chance. */
  private isNumber(number: number): boolean {
    const text = String(number);
    return text.length >= SHORTEST_INSIDE && (this.members.has(text) || this.secrets.has(text));
  }
}

/** Whoever has a ResponseURL, or its signature, can forge the answer. */
export function hideUrl(mask: Mask, url: string): void {
  mask.hide(url);
  if (URL.canParse(url)) {
    const { search, searchParams } = new URL(url);
    [search.slice(1), ...SIGNATURES.map((name) => searchParams.get(name) ?? '')].forEach((text) => mask.hide(text));
  }
}

const SIGNATURES = ['X-Amz-Signature', 'X-Amz-Security-Token', 'Signature'];

function membersOf(secret: string): readonly string[] {
  try {
    const document = JSON.parse(secret) as unknown;
    return typeof document === 'object' ? [...leavesOf(document, '', false)].map(([leaf]) => String(leaf)) : [];
  } catch {
    return [];
  }
}

function forms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [...new Set([secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(wellFormed(secret))])];
}

function wellFormed(text: string): string {
  // A lone half of a surrogate pair can't be encoded
  return Buffer.from(text).toString();
}

function pattern(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return secret.length < SHORTEST_INSIDE ? new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`, 'g') : new RegExp(literal, 'g');
}
