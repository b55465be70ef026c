import { IConstruct } from 'constructs';

import { ValidationError } from '../private/validation-error';
import { LongRunningProviderProps } from './long-running-provider-props';

/** Where the function comes from: made here from code, made elsewhere, or another provider's. */
export type Form = 'CODE' | 'FUNCTION' | 'PROVIDER';

type Option = keyof LongRunningProviderProps;

const CODE_OPTIONS = ['runtime', 'code', 'handler'] as const satisfies Option[];

/** What each option is about: the function itself, which whoever makes it sets, or how operations run, which a shared provider has set already. */
const ABOUT: Readonly<Record<Exclude<Option, (typeof CODE_OPTIONS)[number] | 'function' | 'timeout'>, 'FUNCTION' | 'OPERATIONS'>> = {
  executionTimeout: 'FUNCTION',
  pollInterval: 'OPERATIONS',
  secrets: 'OPERATIONS',
  resolveSecrets: 'OPERATIONS',
  stacks: 'OPERATIONS',
  recursiveLoop: 'FUNCTION',
  memorySize: 'FUNCTION',
  architecture: 'FUNCTION',
  environment: 'FUNCTION',
  environmentEncryption: 'FUNCTION',
  logGroup: 'FUNCTION',
  vpc: 'FUNCTION',
  vpcSubnets: 'FUNCTION',
  securityGroups: 'FUNCTION',
  role: 'FUNCTION',
  layers: 'FUNCTION',
  tracing: 'FUNCTION',
  reservedConcurrentExecutions: 'FUNCTION',
  description: 'FUNCTION',
};

export interface FormOptions extends LongRunningProviderProps {
  readonly provider?: IConstruct;
}

/**
 * Which of the forms was chosen.
 *
 * @param sharable whether `provider` is one of the choices
 * @throws ValidationError for none, more than one, half of one, and for options that don't apply to the one chosen
 */
export function formOf(scope: IConstruct, options: FormOptions, sharable: boolean): Form {
  const code = CODE_OPTIONS.filter((name) => options[name] !== undefined);
  const given = [
    ...(code.length > 0 ? [{ form: 'CODE', name: code.join(' and ') } as const] : []),
    ...(options.function ? [{ form: 'FUNCTION', name: 'function' } as const] : []),
    ...(options.provider ? [{ form: 'PROVIDER', name: 'provider' } as const] : []),
  ];
  const [first, second] = given;
  if (!first || second) {
    const choices =
      'runtime, code and handler (the construct makes the function), or function (made elsewhere)' +
      (sharable ? ', or provider (shared by several resources)' : '');
    const found = second ? `${given.map(({ name }) => name).join(' and ')}: remove all but one` : 'none of them';
    throw new ValidationError(scope, `give exactly one of ${choices}, got ${found}`);
  }
  const missing = CODE_OPTIONS.filter((name) => !code.includes(name));
  if (first.form === 'CODE' && missing.length > 0) {
    throw new ValidationError(
      scope,
      `runtime, code and handler go together, but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`,
    );
  }
  refuseWhatDoesNotApply(scope, options, first.form);
  return first.form;
}

function refuseWhatDoesNotApply(scope: IConstruct, options: FormOptions, form: Form): void {
  const names = (Object.keys(ABOUT) as (keyof typeof ABOUT)[]).filter((name) => options[name] !== undefined);
  const unfit = names.filter((name) => form === 'PROVIDER' || (form === 'FUNCTION' && ABOUT[name] === 'FUNCTION'));
  if (unfit.length > 0) {
    const there = form === 'PROVIDER' ? options.provider! : options.function!;
    const hint = form === 'FUNCTION' && unfit.includes('executionTimeout') ? ' (executionTimeout is its timeout)' : '';
    const name = form.toLowerCase();
    throw new ValidationError(scope, `${unfit.join(', ')} can't be given together with ${name}: set it on the ${name} '${there.node.path}'${hint}`);
  }
  const inNetwork = (['vpcSubnets', 'securityGroups'] as const).filter((name) => options[name] !== undefined);
  if (inNetwork.length > 0 && !options.vpc) {
    throw new ValidationError(scope, `${inNetwork.join(' and ')} need vpc`);
  }
}
