/** Parameter Store as planner and operator use it, without a network: stands in for an SDK client. */
export interface Stored {
  readonly value: string;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly modified: number;
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: unknown;
}

export class InMemoryParameters {
  readonly stored = new Map<string, Stored>();
  /** The names of each call. */
  readonly calls: string[][] = [];
  /** Called with the names of each call before it is answered; may throw to refuse it. */
  before: (names: readonly string[], attempt: number) => void | Promise<void> = () => undefined;

  constructor(private readonly now: () => number) {}

  /** Writes a value as an operator does. */
  put(name: string, value: string): void {
    this.stored.set(name, { value, version: (this.stored.get(name)?.version ?? 0) + 1, modified: this.now() });
  }

  async send({ constructor: { name: command }, input }: Command): Promise<unknown> {
    if (command !== 'GetParametersCommand') {
      throw new Error(`Parameter Store in memory knows no ${command}`);
    }
    const { Names: names } = input as { readonly Names: string[] };
    if (names.length > 10) {
      throw Object.assign(new Error('at most 10 names'), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    }
    this.calls.push(names);
    await this.before(names, this.calls.length);
    return {
      Parameters: names.flatMap((Name) => {
        const found = this.stored.get(Name);
        return found ? [{ Name, Value: found.value, Version: found.version, LastModifiedDate: new Date(found.modified) }] : [];
      }),
      InvalidParameters: names.filter((name) => !this.stored.has(name)),
    };
  }
}
