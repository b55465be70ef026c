/** Chance that comes out alike each time. Returns numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** A xorshift generator (Marsaglia 2003), which is enough for jitter and the order of arrivals. */
export function seeded(seed: number): Random {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 16; n++) {
    next(); // small seeds begin with small numbers
  }
  return next;
}

/** A draw from the exponential distribution: pauses between arrivals that know nothing of each other. */
export function exponential(random: Random, mean: number): number {
  return -Math.log(1 - random()) * mean;
}
