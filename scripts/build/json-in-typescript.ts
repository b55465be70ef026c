/** Longest line that a value is kept on before it is broken into one line for each of its members. */
const WIDTH = 150;

/** A JSON value as TypeScript source in the style of this repository: single quotes, bare keys where they may be, trailing commas. */
export function format(value: unknown, indent = ''): string {
  const line = onOneLine(value);
  if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) {
    return line;
  }
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${deeper}${format(item, deeper)},\n`).join('')}${indent}]`;
  }
  return `{\n${Object.entries(value)
    .map(([name, item]) => `${deeper}${key(name)}: ${format(item, deeper)},\n`)
    .join('')}${indent}}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(onOneLine).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, item]) => `${key(name)}: ${onOneLine(item)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

function text(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
  return `'${escaped}'`;
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : text(name);
}
