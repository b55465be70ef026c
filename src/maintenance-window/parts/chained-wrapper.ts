import { AspectPriority, Aspects, Token } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { isRendered } from '../../private/by-path';
import { NAMES } from '../../private/contract.generated';
import { isDeleted, rawOverride } from '../../private/declared';
import { Properties } from '../../private/template-properties';
import { environmentOf, others, unsupportedWrapper, WRAPPER_PATH } from '../checks/wrappers';

const { wrapper, nextWrapper } = NAMES.environment;

/** After aspects that change something, before those that only read. */
const LATE = AspectPriority.READONLY - 1;

const TAKEN_OUT = `${wrapper} was taken out of the function's environment, so that no window would hold it: remove the override that does so`;

function setLate(found: unknown): string {
  const value = typeof found === 'string' ? found : JSON.stringify(found);
  return (
    `${wrapper} was set to '${value}' after the maintenance window, where the gate's own was: pass it in environment, set it by addEnvironment() or in ` +
    `an aspect of a priority under ${LATE}, or set it before guard(), and it is chained`
  );
}

/**
 * The wrapper that Lambda starts, which is the gate's, and another tool's, which the gate's starts.
 *
 * The gate's is a raw override: the function's own environment keeps what the other tool has set there, or finds no wrapper and sets its own, as some
 * tools ask for at the end of synth and others before they set one.
 */
export class ChainedWrapper {
  private readonly resource: lambda.CfnFunction;
  /** That of a raw override, which comes before the function's own environment. */
  private overriding: unknown;
  /** An override that came after the gate's and before all aspects. */
  private tooLate: unknown;

  constructor(private readonly fn: lambda.Function) {
    this.resource = fn.node.defaultChild as lambda.CfnFunction;
    this.overriding = others(rawOverride(this.resource, WRAPPER_PATH));
    this.chain();
    // No earlier: guard() may be called by an aspect, before which no other may be put
    Aspects.of(fn).add({ visit: (node) => node === fn && this.note() });
    // At the resource, which is visited after the function: there aspects have done their work on both
    Aspects.of(fn).add({ visit: (node) => node === this.resource && this.chainLate() }, { priority: LATE });
  }

  /** What the gate is to start, undefined when it is the runtime itself. */
  public get next(): string | undefined {
    const next = this.overriding ?? others(environmentOf(this.resource)[wrapper]);
    return next === undefined ? undefined : Token.asString(next);
  }

  /**
   * What was changed too late to be chained.
   *
   * @param rendered the variables that the function has in the template
   */
  public problems(rendered: Properties): string[] {
    const { [wrapper]: first, [nextWrapper]: second } = rendered;
    const { next } = this;
    if (!isRendered(first, NAMES.layer.wrapper, this.fn)) {
      return [first === undefined ? TAKEN_OUT : setLate(first)];
    }
    if (!isRendered(second, next, this.fn)) {
      return [next === undefined ? `environment variable ${nextWrapper} is set by the maintenance window: remove what sets it` : setLate(next)];
    }
    const unsupported = unsupportedWrapper(second);
    return unsupported === undefined ? [] : [unsupported];
  }

  private note(): void {
    this.tooLate = others(rawOverride(this.resource, WRAPPER_PATH));
  }

  /** What took the gate's out, or came too late, is left: the template shows it. */
  private chainLate(): void {
    if (this.tooLate === undefined && !isDeleted(this.resource, WRAPPER_PATH)) {
      this.overriding = others(rawOverride(this.resource, WRAPPER_PATH)) ?? this.overriding;
      this.chain();
    }
  }

  private chain(): void {
    const { next } = this;
    if (next !== undefined) {
      this.fn.addEnvironment(nextWrapper, next);
    }
    this.resource.addPropertyOverride(WRAPPER_PATH, NAMES.layer.wrapper);
  }
}
