import * as fs from 'node:fs';
import * as path from 'node:path';
import { finished } from 'node:stream/promises';

import type { LogEvent } from './logs';

/** The logs of all functions as files, one for each function: what people read when something fails. */
export class OutputFiles {
  private readonly files = new Map<string, fs.WriteStream>();

  constructor(private readonly directory: string) {}

  add(functionName: string, { timestamp, message }: LogEvent): void {
    let file = this.files.get(functionName);
    if (!file) {
      file = fs.createWriteStream(path.join(this.directory, `${functionName}.log`), { flags: 'a' });
      // A full disk must not end the bed: the lines are in CloudWatch Logs too
      file.on('error', () => undefined);
      this.files.set(functionName, file);
    }
    file.write(`${new Date(timestamp).toISOString()} ${message.endsWith('\n') ? message : `${message}\n`}`);
  }

  async close(): Promise<void> {
    const open = [...this.files.values()];
    this.files.clear();
    await Promise.all(
      open.map(async (file) => {
        file.end();
        await finished(file).catch(() => undefined);
      }),
    );
  }
}
