/** A drain stops when more than half of its last twenty outcomes failed. */
const LAST = 20;
const MOST_FAILED_SHARE = 0.5;

/** Stops a drain before it knocks over what was just repaired. */
export class Circuit {
  private readonly outcomes: boolean[] = [];

  record(success: boolean): void {
    this.outcomes.push(success);
    if (this.outcomes.length > LAST) {
      this.outcomes.shift();
    }
  }

  get open(): boolean {
    return this.outcomes.filter((success) => !success).length > LAST * MOST_FAILED_SHARE;
  }
}
