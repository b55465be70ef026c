/** A function's own way to reject HTTP requests: its headers over the defaults, and its body with what is known of the window filled in. */

/** The default headers, with the function's own added to or in place of them: names are the same whatever their case. */
export function mergedHeaders(defaults: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  const named = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(defaults).filter(([name]) => !named.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(own)]);
}

/** The body with `{until}` and `{reason}` filled in, empty where nothing is known. Other braces stay: style sheets are full of them. */
export function filledBody(body: string, headers: Readonly<Record<string, string>>, until: string | null, reason: string | null): string {
  const escape = escapeOf(headers);
  const values: Readonly<Record<string, string>> = { until: until ?? '', reason: escape(reason ?? '') };
  return body.replace(/\{(until|reason)\}/g, (_, name: string) => values[name]);
}

/** How a reason, which an operator wrote, is put into a body of this content type. */
function escapeOf(headers: Readonly<Record<string, string>>): (text: string) => string {
  const [, value = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const type = value.split(';')[0].trim().toLowerCase();
  if (type === 'application/json' || type.endsWith('+json')) {
    return (text) => JSON.stringify(text).slice(1, -1);
  }
  return type === 'text/html' || type === 'application/xhtml+xml' ? escapeHtml : (text) => text;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}
