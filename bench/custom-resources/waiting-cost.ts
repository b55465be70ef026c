/**
 * What waiting costs. Pure. US dollars; us-east-1, without free tiers.
 *
 * Prices as of 2026-11, to be confirmed before they are quoted: https://aws.amazon.com/lambda/pricing/ and https://aws.amazon.com/step-functions/pricing/.
 */

const REQUEST = 0.2 / 1e6;
/** Of x86-64. */
const GIGABYTE_SECOND = 0.0000166667;
/** Standard workflows; each retry of a state is a transition. */
const TRANSITION = 0.025 / 1000;

/** Seconds of one poll by the user's code, and of what a framework's function adds to it. */
const POLL = 0.2;
const OVERHEAD = 0.1;

/** Gigabytes: this library's default, and that of lambda.Function, which CDK's Provider takes. */
const OWN_MEMORY = 0.25;
const PEER_MEMORY = 0.125;

/** Seconds of an execution of 15 minutes that are slept through before it hops. */
const LONGEST_SLEEP = 870;

/** LongRunningCustomResource: executions that sleep between polls, x86-64. */
export function ownCost(waitSeconds: number, memory = OWN_MEMORY): number {
  return Math.ceil(waitSeconds / LONGEST_SLEEP) * REQUEST + waitSeconds * memory * GIGABYTE_SECOND;
}

/** CDK's Provider: a state machine that calls the framework's function, which calls the user's, x86-64. */
export function peerCost(waitSeconds: number, queryInterval: number): number {
  const polls = waitSeconds / queryInterval + 1;
  const invocation = (seconds: number) => REQUEST + seconds * PEER_MEMORY * GIGABYTE_SECOND;
  return polls * (TRANSITION + invocation(POLL) + invocation(POLL + OVERHEAD));
}

/** Mean seconds from done to the answer where a poll begins `queryInterval` after the one before has ended. */
export function peerLatency(queryInterval: number): number {
  return (queryInterval + POLL + OVERHEAD) / 2 + POLL + OVERHEAD;
}
