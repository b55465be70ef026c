/** The person with `aws ssm put-parameter`, whose command repeats what is refused, and who repeats the command. */
import { exponential } from './random';
import type { ParameterStore } from './services/parameter-store';
import { ServiceError } from './services/service';
import type { VirtualTime } from './virtual-time';

/** The AWS CLI's standard mode: attempts, and the ceiling of the pause after the first, which doubles. Then milliseconds that a person takes. */
const ATTEMPTS = 3;
const PAUSE = 1000;
const PERSON = 5000;

export class Operator {
  /** When the last value was first tried to be written, and when it was, epoch milliseconds. */
  triedAt: number | undefined;
  wroteAt: number | undefined;

  constructor(
    private readonly time: VirtualTime,
    private readonly parameterStore: ParameterStore,
    private readonly parameter: string,
  ) {}

  async put(value: string): Promise<void> {
    this.triedAt = this.time.now();
    this.wroteAt = undefined;
    this.wroteAt = (await this.insist(() => this.parameterStore.put('operator', this.parameter, value))).modified;
  }

  async delete(): Promise<void> {
    await this.insist(() => this.parameterStore.delete('operator', this.parameter));
  }

  private async insist<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof ServiceError)) {
          throw error;
        }
      }
      const again = attempt % ATTEMPTS;
      await this.time.sleep(again === 0 ? exponential(this.time.random, PERSON) : this.time.random() * PAUSE * 2 ** (again - 1));
    }
  }
}
