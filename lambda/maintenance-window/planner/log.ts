/** One line of JSON on standard output for each thing an operator may want to know. */
export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void;

export const consoleLog: Log = (message, details = {}) => {
  process.stdout.write(`${JSON.stringify({ message, ...details })}\n`);
};
