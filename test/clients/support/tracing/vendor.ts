/** What the scenario must know of a tracing tool: its layer, how it is attached, and where it reports. */
import * as fs from 'node:fs';
import * as path from 'node:path';

import type { Code, Language } from '../language';
import type { Collector } from './collector';

/** A tool attached to the functions of a language. */
export interface Attachment {
  readonly language: Language;
  /** The function's handler, in each form that its module can have. */
  readonly forms: readonly Form[];
  /** Puts into /opt what the layer has there. */
  lay(opt: string): Promise<void>;
  /** The function's variables, as the vendor's documentation has them set, and where it is to report. */
  variables(collector: Collector): Readonly<Record<string, string>>;
  /** The handler that is configured, where it is the tool's. */
  readonly handler?: string;
  /** The header by which the tool passes its trace on to what the handler calls. */
  readonly header: string;
  /** What the tool has reported so far, to its endpoint or by what the function wrote. */
  reports(collector: Collector, output: string): readonly string[];
  /** Finds the request's id in the report of an invocation. */
  readonly invocation: RegExp;
}

/** A handler that calls a service and returns the headers that it was called with. */
export interface Form {
  readonly name: string;
  readonly code: Code;
  /** What this form needs beside {@link Attachment.variables}. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Vendor {
  readonly name: string;
  readonly attachments: readonly Attachment[];
}

const NODEJS = `
console.log('LOADED');
exports.handler = async (event, { awsRequestId: request }) => {
  const answer = await new Promise((resolve, reject) => http.get(process.env.DOWNSTREAM, resolve).on('error', reject));
  const pieces = [];
  for await (const piece of answer) pieces.push(piece);
  return { event, request, sent: JSON.parse(Buffer.concat(pieces).toString()) };
};
`;

export const COMMON_JS: Form = { name: 'CommonJS', code: { 'app.js': `const http = require('node:http');${NODEJS}` } };
export const ES_MODULE: Form = {
  name: 'an ES module',
  code: { 'app.mjs': `import http from 'node:http';${NODEJS.replace('exports.handler =', 'export const handler =')}` },
};
export const PYTHON_MODULE: Form = {
  name: 'a module',
  code: {
    'app.py': `
import json, os, urllib.request
print("LOADED")

def handler(event, context):
    with urllib.request.urlopen(os.environ["DOWNSTREAM"]) as answer:
        sent = {name.lower(): value for name, value in json.load(answer).items()}
    return {"event": event, "request": context.aws_request_id, "sent": sent}
`,
  },
};

/** Copies a file, or a folder with what is in it. */
export async function copy(from: string, to: string): Promise<void> {
  await fs.promises.cp(from, to, { recursive: true });
}

/** Writes a file of the layer; executable, as wrappers are. */
export async function write(opt: string, name: string, text: string): Promise<void> {
  const file = path.join(opt, name);
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  await fs.promises.writeFile(file, text, { mode: 0o755 });
}
