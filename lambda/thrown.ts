/** What was thrown, in words. Anything can be thrown, and reading it may throw again. */

const DEEPEST = 5;
const MOST_CAUSES = 4;

/** A member of anything; undefined where there is none, or none that can be read. */
export function memberOf(thrown: unknown, name: string): unknown {
  try {
    return (thrown as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

/** An error in one line: its name, message and causes. */
export function shownError(error: unknown, depth = 0): string {
  try {
    const message = memberOf(error, 'message');
    if (typeof message !== 'string') {
      return typeof error === 'string' && error !== '' ? error : (JSON.stringify(error) ?? String(error));
    }
    const own = [memberOf(error, 'name'), message].filter((part) => typeof part === 'string' && part !== '').join(': ');
    const causes = depth < DEEPEST ? causesOf(error).map((cause) => shownError(cause, depth + 1)) : [];
    return causes.length > 0 ? `${own} (${causes.join('; ')})` : own;
  } catch {
    return "an error that can't be shown";
  }
}

function causesOf(error: unknown): readonly unknown[] {
  const [several, one] = [memberOf(error, 'errors'), memberOf(error, 'cause')];
  return [...(Array.isArray(several) ? (several.slice(0, MOST_CAUSES) as unknown[]) : []), ...(one === undefined ? [] : [one])];
}

/** What was thrown, for the end of a message: the error's own message, else its code, else its name. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { code } = error as { readonly code?: unknown };
  return error.message || (typeof code === 'string' ? code : error.name);
}
