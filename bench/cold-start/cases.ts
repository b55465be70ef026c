/** What is started in turn, so that a slow moment meets all. */
import { environment as names, layer } from '../../lambda/contract/names.json';
import { FLOOR_ROOTS, FLOOR_WRAPPER } from './layer';

export interface Case {
  readonly name: string;
  readonly what: string;
  /** Whether it asks for the window once. */
  readonly asks: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param port of the service that is asked */
export function casesAt(port: number): readonly Case[] {
  const part = (PART: string) => ({ [names.wrapper]: FLOOR_WRAPPER, PART, FLOOR_PORT: String(port), FLOOR_ROOTS });
  const guarded = {
    [names.wrapper]: layer.wrapper,
    [names.operatorParameter]: '/cdk-patient-lambda/windows/bench/window/operator',
    [names.table]: 'events',
    [names.functionKey]: 'fn',
    NODE_EXTRA_CA_CERTS: FLOOR_ROOTS,
    AWS_ENDPOINT_URL: `https://localhost:${port}`,
  };
  return [
    { name: 'bare', what: "AWS's client alone", asks: false, environment: {} },
    { name: 'hook', what: 'a wrapper, and a file that runs before the client and does nothing', asks: false, environment: part('hook') },
    { name: 'loading', what: "the hook, and the gate's code loaded", asks: false, environment: part('loading') },
    { name: 'floor', what: 'the hook, and one request through TLS with four HMACs: no gate', asks: true, environment: part('floor') },
    { name: 'guarded', what: 'the gate', asks: true, environment: guarded },
    { name: 'AT_ONCE', what: 'the gate, user code loaded at once', asks: true, environment: { ...guarded, [names.handlerLoading]: 'AT_ONCE' } },
  ];
}
