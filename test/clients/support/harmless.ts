/** What a guarded function writes or posts otherwise than a bare one, and why that harms nobody. docs/clients.md names each. */

export interface Harmless {
  /** What differs, and why it may: as the page says it. */
  readonly what: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

export const HARMLESS: readonly Harmless[] = [
  {
    what: 'times in the log, which no two runs have in common',
    pattern: /\d{4}-\d\d-\d\dT[\d:.]+Z/g,
    instead: 'TIME',
  },
  {
    what: "Node.js, traces in errors and in the log: the frame `process.processTicksAndRejections`, which tells in which turn of Node.js's event loop the client ran, is there or not, and so a body is longer or shorter",
    pattern: /" +at process\.processTicksAndRejections \([^)]*\)",|^ +at process\.processTicksAndRejections .*\n/gm,
    instead: '',
  },
  {
    what: 'Python, the trace that the interpreter writes when an exception ends the process: it has the frames of the gate too, below `/opt/cdk-patient-lambda`; those that the client posts or logs have not',
    pattern: /^ {2}File "\/opt\/cdk-patient-lambda\/.*\n(?: {4}.*\n)*/gm,
    instead: '',
  },
];
