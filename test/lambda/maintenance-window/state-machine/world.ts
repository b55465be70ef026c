/** Replayers, functions and a table in one simulation, where any of them may fail at any step. */
import { environment, layer, tag } from '../../../../lambda/contract/names.json';
import { failed } from '../../../../lambda/maintenance-window/gate/nodejs/replay/outcome';
import { Refused, type Replays } from '../../../../lambda/maintenance-window/gate/nodejs/replay/replays';
import { Replayer, type ReplayerParts } from '../../../../lambda/maintenance-window/replayer/replayer';
import type { Item } from '../../../../lambda/maintenance-window/replayer/row';
import type { Settings } from '../../../../lambda/maintenance-window/replayer/settings';
import { backlogKey } from '../../../../lambda/maintenance-window/store/keys';
import { gateOver } from './gate';
import { InMemoryDynamoDb } from './in-memory-dynamodb';
import { randomFrom, Simulation } from './simulation';

export const FUNCTION_KEY = 'orders';
export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:orders:live';
export const OPERATOR = '/cdk-patient-lambda/windows/w/operator';
export const START = Date.parse('2027-01-10T06:00:00Z');
const LONG_AGO = new Date('2026-01-01T00:00:00Z');
/** Milliseconds: the function's time limit. */
const FUNCTION_TIMEOUT = 60_000;

/** How likely each mishap is, 0 to 1. */
export interface Mishaps {
  /** A pointer is delivered a second time. */
  readonly deliveredTwice: number;
  /** An accepted pointer is never delivered. */
  readonly neverDelivered: number;
  /** An operation of a replayer is done, but its acknowledgement is lost. */
  readonly lostAcknowledgement: number;
  /** A replayer dies before an operation. */
  readonly replayerDies: number;
  /** A handler fails. */
  readonly handlerFails: number;
  /** A run's process exits, or its outcome is never written. */
  readonly runLost: number;
}

export const NO_MISHAPS: Mishaps = { deliveredTwice: 0, neverDelivered: 0, lostAcknowledgement: 0, replayerDies: 0, handlerFails: 0, runLost: 0 };

class Dead extends Error {}

export class World {
  readonly simulation = new Simulation(START);
  readonly database = new InMemoryDynamoDb();
  readonly random: () => number;
  readonly runsOf = new Map<string, number>();
  readonly overlaps: string[] = [];
  readonly logged: { message: string; [detail: string]: unknown }[] = [];
  readonly metrics: { dimension: string; values: Record<string, number> }[] = [];
  readonly invocations: { functionArn: string; body: string }[] = [];
  readonly functions = new Map<string, Record<string, string>>();
  /** Function keys by ARN without a qualifier, as the tagging API lists them; an empty one is no tag. */
  readonly tagged = new Map<string, string>();
  /** What the tagging API throws, if anything. */
  refuseTags: () => Error | undefined = () => undefined;
  /** What GetFunctionConfiguration throws, if anything. */
  refuseLook: (functionArn: string) => Error | undefined = () => undefined;
  /** Functions whose configuration was read. */
  readonly looks: string[] = [];
  parameters: Record<string, { value: string; modified: Date }> = { [OPERATOR]: { value: 'auto', modified: LONG_AGO } };
  /** Most runs that were under way at once. */
  mostAtOnce = 0;
  /** What Invoke throws, if anything; called before the pointer is queued. */
  refuse: (functionArn: string) => Error | undefined = () => undefined;
  private readonly running = new Map<string, number>();
  /** What gates loaded of events that have a body, as text by request id. */
  readonly loaded = new Map<string, string>();
  private readonly gates = new Map<string, Replays>();

  constructor(
    seed = 1,
    private readonly mishaps: Mishaps = NO_MISHAPS,
  ) {
    this.random = randomFrom(seed);
    this.guard(FUNCTION_ARN);
  }

  /** The gate of whichever functions have this key. */
  private gateOf(functionKey: string): Replays {
    let gate = this.gates.get(functionKey);
    if (!gate) {
      gate = gateOver(this.database, this.simulation, functionKey, async (work) => {
        await this.simulation.sleep(this.random() * 20);
        if (this.happens('lostAcknowledgement')) {
          work();
        }
        return work();
      });
      this.gates.set(functionKey, gate);
    }
    return gate;
  }

  guard(functionArn: string, variables: Record<string, string> = {}): void {
    this.functions.set(functionArn, {
      [environment.wrapper]: layer.wrapper,
      [environment.functionKey]: FUNCTION_KEY,
      [environment.operatorParameter]: OPERATOR,
      [environment.cacheTtl]: '30',
      ...variables,
    });
    this.tagged.set(unqualified(functionArn), variables[environment.functionKey] ?? FUNCTION_KEY);
  }

  setWindow(value: string): void {
    this.parameters[OPERATOR] = { value, modified: new Date(this.simulation.now()) };
  }

  /** Puts an event as a gate stored it; its id. */
  defer(requestId: string, attributes: Item = {}, envelope: Item = {}): string {
    const id = `${FUNCTION_KEY}#${requestId}`;
    const at = { N: String(this.simulation.now() - 60_000) };
    this.database.put({
      pk: { S: id },
      state: { S: 'PENDING' },
      functionKey: { S: FUNCTION_KEY },
      requestId: { S: requestId },
      source: { S: 's3' },
      deferredAt: at,
      nextAttempt: at,
      bpk: { S: backlogKey('pending', requestId) },
      bsk: { S: `${FUNCTION_KEY}#${at.N}#${requestId}` },
      attempt: { N: '0' },
      maxAttempt: { N: '5' },
      dispatches: { N: '0' },
      chunks: { N: '0' },
      envelope: { M: { functionArn: { S: FUNCTION_ARN }, operatorParameter: { S: OPERATOR }, sourceIds: { L: [] }, ...envelope } },
      ...attributes,
    });
    return id;
  }

  state(id: string): string | undefined {
    return this.database.item(id)?.state.S;
  }

  /** A replayer with clients of its own: what befalls it befalls it alone. */
  replayer(settings: Partial<Settings> = {}, mishaps: Pick<Mishaps, 'replayerDies' | 'lostAcknowledgement'> = this.mishaps): Replayer {
    const collect = (dimension: string, values: Record<string, number>) => this.metrics.push({ dimension, values });
    const clients = this.clients(mishaps);
    return new Replayer({
      ...clients,
      settings: { table: 't', store: 's', replay: 'AUTOMATIC', maxConcurrency: 5, rate: Infinity, keepFinished: 1_209_600_000, ...settings },
      clock: this.simulation,
      random: this.random,
      log: (message, details) => this.logged.push({ message, ...details }),
      metrics: {
        ofStore: (values) => collect('Store', Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value]))),
        ofFunction: (functionKey, metric, count) => collect(functionKey, { [metric]: count }),
      },
    });
  }

  /** A pointer in a function's asynchronous queue. */
  async deliver(body: string, functionKey = FUNCTION_KEY): Promise<void> {
    await this.simulation.sleep(this.random() * 5000);
    if (this.happens('neverDelivered')) {
      return;
    }
    const times = this.happens('deliveredTwice') ? 2 : 1;
    await Promise.all(Array.from({ length: times }, () => this.run(body, this.gateOf(functionKey))));
  }

  private async run(body: string, gate: Replays): Promise<void> {
    const { simulation } = this;
    await simulation.sleep(this.random() * 2000);
    const pointer = (JSON.parse(body) as { $maintenanceReplay: { requestId: string; token: string } }).$maintenanceReplay;
    const { requestId } = pointer;
    if (this.parameters[OPERATOR].value === 'on') {
      await unlessRefused(gate.giveBack(pointer, Infinity));
      return;
    }
    const deadline = simulation.now() + FUNCTION_TIMEOUT;
    const run = await unlessRefused(gate.start(pointer, deadline, Infinity));
    if (!run) {
      return;
    }
    if (run.row.body ?? run.row.writeId) {
      this.loaded.set(requestId, (await gate.load(run.row, Infinity)).toString());
    }
    if (this.running.has(requestId)) {
      this.overlaps.push(requestId);
    }
    this.running.set(requestId, (this.running.get(requestId) ?? 0) + 1);
    this.runsOf.set(requestId, (this.runsOf.get(requestId) ?? 0) + 1);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running.size);
    await simulation.sleep(this.random() * (deadline - simulation.now()));
    this.running.delete(requestId);
    if (!this.happens('runLost')) {
      const outcome = this.happens('handlerFails') ? failed('Error', 'it failed') : { status: 'DONE' as const, errorType: '', errorMessage: '' };
      await unlessRefused(gate.finish(run, outcome, Infinity));
    }
  }

  private happens(mishap: keyof Mishaps): boolean {
    return this.random() < this.mishaps[mishap];
  }

  private clients(mishaps: Pick<Mishaps, 'replayerDies' | 'lostAcknowledgement'>): Pick<ReplayerParts, 'dynamodb' | 'lambda' | 'ssm' | 'tagging'> {
    let dead = false;
    const step = async <T>(work: () => T | Promise<T>): Promise<T> => {
      await this.simulation.sleep(this.random() * 20);
      dead ||= this.random() < mishaps.replayerDies;
      if (dead) {
        throw new Dead('this replayer is dead');
      }
      const result = await work();
      if (this.random() < mishaps.lostAcknowledgement) {
        throw new Error('socket hang up');
      }
      return result;
    };
    const client = (send: (name: string, input: never) => unknown) =>
      ({
        send: (command: { constructor: { name: string }; input: unknown }) => step(() => send(command.constructor.name, command.input as never)),
      }) as never;
    return {
      dynamodb: { send: (command: never) => step(() => this.database.send(command)) } as never,
      lambda: client((name, input: { FunctionName: string; Payload?: Uint8Array }) => this.lambda(name, input)),
      tagging: client((_, input: { PaginationToken?: string }) => this.getResources(Number(input.PaginationToken ?? 0))),
      ssm: client((_, { Names }: { Names: string[] }) => ({
        Parameters: Names.filter((name) => this.parameters[name]).map((name) => ({
          Name: name,
          Value: this.parameters[name].value,
          LastModifiedDate: this.parameters[name].modified,
        })),
      })),
    };
  }

  private getResources(from: number): unknown {
    const refusal = this.refuseTags();
    if (refusal) {
      throw refusal;
    }
    const all = [...this.tagged].map(([ResourceARN, functionKey]) => ({
      ResourceARN,
      Tags: [{ Key: tag.store, Value: 's' }, ...(functionKey === '' ? [] : [{ Key: tag.functionKey, Value: functionKey }])],
    }));
    const next = from + PAGE;
    return { ResourceTagMappingList: all.slice(from, next), PaginationToken: next < all.length ? String(next) : '' };
  }

  private lambda(name: string, { FunctionName: functionArn, Payload: payload }: { FunctionName: string; Payload?: Uint8Array }): unknown {
    const variables = this.functions.get(functionArn);
    if (name === 'GetFunctionConfigurationCommand') {
      this.looks.push(functionArn);
      const refusal = this.refuseLook(functionArn);
      if (refusal) {
        throw refusal;
      }
    }
    if (![...this.functions.keys()].some((known) => unqualified(known) === unqualified(functionArn))) {
      // No tag meets the condition of the replayer's permission
      throw awsError('AccessDeniedException', 403);
    }
    if (!variables) {
      throw awsError('ResourceNotFoundException', 404);
    }
    if (name === 'GetFunctionConfigurationCommand') {
      return { Environment: { Variables: variables } };
    }
    const body = Buffer.from(payload!).toString();
    this.invocations.push({ functionArn, body });
    const refusal = this.refuse(functionArn);
    if (refusal) {
      throw refusal;
    }
    void this.deliver(body, variables[environment.functionKey]);
    return { StatusCode: 202 };
  }
}

/** One function a page. */
const PAGE = 1;

function unqualified(functionArn: string): string {
  return functionArn.split(':').slice(0, 7).join(':');
}

export function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`said ${name}`), { name, $metadata: { httpStatusCode } });
}

/** Undefined when the gate refused what it was asked. */
function unlessRefused<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof Refused) {
      return undefined;
    }
    throw error;
  });
}

/** A request id that ends in the given number. */
export function requestIdOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
