/** A rate limit as AWS has them: what is not used is saved up, to a limit. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /**
   * Full at first.
   *
   * @param rate tokens a second
   * @param capacity the most that are saved up
   */
  constructor(
    private readonly rate: number,
    private readonly capacity: number,
    private readonly now: () => number,
  ) {
    this.tokens = capacity;
    this.filledAt = now();
  }

  /** False, and nothing taken, when there are not enough. */
  take(tokens: number): boolean {
    const now = this.now();
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.filledAt) * this.rate) / 1000);
    this.filledAt = now;
    if (this.tokens < tokens) {
      return false;
    }
    this.tokens -= tokens;
    return true;
  }
}
