/** Parameter Store, with one quota for all who ask it in an account and Region. */
import type { VirtualTime } from '../virtual-time';
import { type Caller, Service, ServiceError } from './service';
import { TokenBucket } from './token-bucket';

/** Requests a second, reads and writes together: Systems Manager's default throughput; a second's worth is saved up. */
export const QUOTA = 40;

export interface Parameter {
  readonly Name: string;
  readonly Value: string;
  readonly Version: number;
  /** Epoch milliseconds. */
  readonly modified: number;
}

export type Operation = 'Create' | 'Update' | 'Delete';

export class ParameterStore extends Service {
  /** Told of each change at once; who brings it further takes their time. */
  onChange: (name: string, operation: Operation) => void = () => undefined;
  private readonly parameters = new Map<string, Parameter>();
  private readonly quota: TokenBucket;

  constructor(time: VirtualTime) {
    super(time);
    this.quota = new TokenBucket(QUOTA, QUOTA, () => time.now());
  }

  /** Those of the named ones that exist. */
  get(caller: Caller, names: readonly string[], patience?: number): Promise<Parameter[]> {
    return this.request(caller, () => names.flatMap((name) => this.parameters.get(name) ?? []), patience);
  }

  /** Writes, whether it exists or not, and returns what is there then. */
  put(caller: Caller, name: string, value: string): Promise<Parameter> {
    return this.request(caller, () => {
      const before = this.parameters.get(name);
      const after = { Name: name, Value: value, Version: (before?.Version ?? 0) + 1, modified: this.time.now() };
      this.parameters.set(name, after);
      this.onChange(name, before ? 'Update' : 'Create');
      return after;
    });
  }

  /** A version that it had long before. */
  seed(parameter: Parameter): void {
    this.parameters.set(parameter.Name, parameter);
  }

  delete(caller: Caller, name: string): Promise<void> {
    return this.request(caller, () => {
      if (!this.parameters.delete(name)) {
        throw new ServiceError('ParameterNotFound', `${name} does not exist`, 400);
      }
      this.onChange(name, 'Delete');
    });
  }

  protected override throttle(): ServiceError {
    return new ServiceError('ThrottlingException', 'Rate exceeded', 400);
  }

  private request<T>(caller: Caller, serve: () => T, patience?: number): Promise<T> {
    return this.exchange(caller, () => this.quota.take(1), serve, patience);
  }
}
