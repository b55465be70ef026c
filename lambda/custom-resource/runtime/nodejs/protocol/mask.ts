/** Knows what must not be seen: the secrets that were resolved, and the ResponseURL. */
import { secretForms } from '../../../../contract/custom-resource/custom-resource.json';
import { leavesOf } from '../../../../json';
import { countsWithin, type Form, formsOf, patternsOf } from './secret-forms';

const SHOWN = '****';

interface Known {
  /** The texts that are it and nothing else. */
  readonly forms: readonly string[];
  readonly patterns: readonly Form[];
}

export class Mask {
  private readonly secrets = new Map<string, Known>();
  private readonly members = new Map<string, Known>();
  private readonly hidden = new Map<string, Known>();
  private readonly seen = new Set<string>();
  /** The longest first: a secret within a longer one would leave the rest of that in sight. */
  private patterns?: readonly Form[];

  /** @param publicKeys of members of secrets that are not secret */
  constructor(private readonly publicKeys: readonly string[] = []) {}

  /** Remembers a secret: masked in strings, found in values. */
  addSecret(secret: string): void {
    this.remember(this.secrets, secret);
  }

  /** Remembers a string that is only to be masked. */
  hide(text: string): void {
    this.remember(this.hidden, text);
  }

  /** Remembers a text that everybody sees anyway: where a value holds nothing more, it gives nothing away. */
  reveal(text: string): void {
    this.seen.add(text);
  }

  /** The text without what must not be seen, in whatever form an error message may show it. */
  text(text: string): string {
    this.patterns ??= [this.secrets, this.members, this.hidden]
      .flatMap((all) => [...all.values()].flatMap(({ patterns }) => patterns))
      .sort((a, b) => lengthOf(b) - lengthOf(a));
    return this.patterns.reduce<string>((shown, pattern) => shown.replaceAll(pattern, SHOWN), text);
  }

  /**
   * Remembers what a reference was resolved to, which may be JSON. Then its members count too, but where they stand alone: there are an engine and a
   * port among them.
   *
   * @param key of the member of a secret that it is; absent for a whole secret
   */
  addResolved(value: string, key?: string): void {
    if (key !== undefined && this.publicKeys.includes(key)) {
      return;
    }
    this.addSecret(value);
    membersOf(value, this.publicKeys).forEach((member) => this.remember(this.members, member));
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

  private remember(all: Map<string, Known>, text: string): void {
    if (text.length >= secretForms.shortest && !all.has(text)) {
      all.set(text, { forms: formsOf(text), patterns: patternsOf(text) });
      this.patterns = undefined;
    }
  }

  private givesAway(text: string): boolean {
    return (
      !this.seen.has(text) &&
      ([...this.members.values()].some(({ forms }) => forms.includes(text)) ||
        [...this.secrets].some(([secret, { forms, patterns }]) =>
          countsWithin(secret) ? patterns.some((pattern) => holds(text, pattern)) : forms.includes(text),
        ))
    );
  }

  /** A counter may come to a short number by chance. */
  private isNumber(number: number): boolean {
    const text = String(number);
    return countsWithin(text) && (this.members.has(text) || this.secrets.has(text));
  }
}

function holds(text: string, pattern: Form): boolean {
  return typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0;
}

function lengthOf(pattern: Form): number {
  return typeof pattern === 'string' ? pattern.length : pattern.source.length;
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

function membersOf(secret: string, publicKeys: readonly string[]): readonly string[] {
  try {
    const document = JSON.parse(secret, (key, value: unknown) => (publicKeys.includes(key) ? undefined : value)) as unknown;
    return typeof document === 'object' ? [...leavesOf(document, '', false)].map(([leaf]) => String(leaf)) : [];
  } catch {
    return [];
  }
}
